import { expect, type Page } from '@playwright/test';
import { sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import type { TestRelay } from '../support/test-relay.ts';
import { tone } from '../support/wav.ts';
import { notices, startCall, test, untilNotice } from './engine-test.ts';
import type { EngineWindow } from './page/main.ts';
import {
  hear,
  installScriptedSpeech,
  letVoice,
  spoken,
  untilCancelled,
  untilListening,
  untilSpoken,
} from './scripted-speech.ts';

const VOICE_HZ = 16_000;

test('while the page recognises speech, words reach the relay as text and no sound does', async ({
  open,
}) => {
  const [sentence] = await speak(['What time is it in Tokyo, please?']);
  const { page, relay } = await open({ before: installScriptedSpeech });
  expect(await startCall(page)).toMatchObject({ ok: true });
  await untilNotice(page, { type: 'session' });
  relay.event('session.degraded', {
    stage: 'transcriber',
    from: 'test',
    to: 'browser',
    reason: 'transcriber_failed',
  });
  await untilListening(page, 1);
  await untilNotice(page, { type: 'page-ability', ability: 'able' });
  const uploaded = () => relay.frames().length;
  const before = uploaded();
  // The detector hears it, and the levels show it.
  await Promise.all([untilSpeechIsSeen(page), sayTo(page, sentence!)]);

  await hear(page, 'what time', false);
  await untilNotice(page, { type: 'phase', phase: 'hearing' });
  await hear(page, 'what time is it', true);
  await relay.until('the words', () => relay.events('conversation.item.create').length === 1);
  expect(relay.events('conversation.item.create')[0]?.item).toMatchObject({
    content: [{ type: 'input_text', text: 'what time is it' }],
  });
  expect(
    (await notices(page)).flatMap((notice) =>
      notice.type === 'user-transcript' ? [`${notice.state}: ${notice.text}`] : [],
    ),
  ).toEqual(['partial: what time', 'final: what time is it']);

  // Its session has ended with the sentence; another listens to the answer being interrupted.
  await untilListening(page, 1);
  relay.reply(tone(20_000, VOICE_HZ), VOICE_HZ, { aheadMs: 1_000 });
  await untilNotice(page, { type: 'response-progress' });
  await hear(page, 'wait a moment', false);
  await relay.until('the cancellation', () => relay.events('response.cancel').length === 1);
  await untilNotice(page, { type: 'response-ended', status: 'cancelled' });

  expect(relay.events('input_audio_buffer.speech_started')).toEqual([]);
  expect(uploaded()).toBe(before);

  relay.event('session.restored', { stage: 'transcriber', from: 'browser', to: 'test' });
  await untilListening(page, 0);
  await sayTo(page, sentence!);
  await relay.until('speech', () => relay.events('input_audio_buffer.speech_started').length > 0);
  await relay.until('its sound', () => uploaded() > before);
});

test('if the relay’s voice fails the page speaks on, in order, and stops on request', async ({
  open,
}) => {
  const { page, relay } = await open({ before: installScriptedSpeech });
  expect(await startCall(page)).toMatchObject({ ok: true });
  await untilNotice(page, { type: 'session' });
  const { id, sent } = relay.reply(tone(1_500, VOICE_HZ), VOICE_HZ, {
    aheadMs: 9_000,
    goesOn: true,
  });
  say(relay, id, 0, 'This the relay says.', 0);
  await sent;
  relay.event('session.degraded', {
    stage: 'synthesizer',
    from: 'test',
    to: 'browser',
    reason: 'synthesizer_failed',
  });
  say(relay, id, 1, ' This the page says.', null);
  say(relay, id, 2, ' And this.', null);
  say(relay, id, 3, ' This is not heard.', null);
  relay.done(id, 'completed');

  await untilNotice(page, { type: 'response-progress' });
  expect((await spoken(page)).texts).toEqual([]);
  await untilSpoken(page, 1);
  const played = (await notices(page)).findLast((notice) => notice.type === 'response-progress');
  expect(played?.type === 'response-progress' && played.playedMs).toBeGreaterThan(1_000);
  await letVoice(page, 'start');
  await untilNotice(page, { type: 'response-voiced' });
  await letVoice(page, 'end');
  await untilSpoken(page, 2);
  await letVoice(page, 'start');
  expect((await notices(page)).findLast((notice) => notice.type === 'phase')).toMatchObject({
    phase: 'speaking',
  });

  await page.evaluate(() => (window as unknown as EngineWindow).engine.sendText('id-1', 'stop'));
  await untilCancelled(page);
  await untilNotice(page, { type: 'response-ended', status: 'cancelled' });
  expect((await spoken(page)).texts).toEqual(['This the page says.', 'And this.']);

  relay.event('session.restored', { stage: 'synthesizer', from: 'browser', to: 'test' });
  const next = relay.reply(tone(600, VOICE_HZ), VOICE_HZ, { aheadMs: 9_000 });
  await untilNotice(page, { type: 'response-ended', responseId: next.id, status: 'completed' });
  expect((await spoken(page)).texts).toHaveLength(2);
});

test('a browser that can neither recognise nor speak says so, and the answer can be read', async ({
  open,
}) => {
  const { page, relay } = await open({ before: removeSpeech });
  expect(await startCall(page)).toMatchObject({ ok: true });
  await untilNotice(page, { type: 'session' });
  for (const stage of ['transcriber', 'synthesizer'] as const) {
    const reason = `${stage}_failed` as const;
    relay.event('session.degraded', { stage, from: 'test', to: 'browser', reason });
    await untilNotice(page, { type: 'page-ability', stage, ability: 'missing' });
  }
  const { id, sent } = relay.reply(new Int16Array(0), VOICE_HZ, { aheadMs: 0, goesOn: true });
  await sent;
  say(relay, id, 0, 'To be read.', null);
  relay.done(id, 'completed');
  await untilNotice(page, { type: 'response-voiced' });
  await untilNotice(page, { type: 'response-ended', status: 'completed' });
});

function say(
  relay: TestRelay,
  id: string,
  index: number,
  delta: string,
  startMs: number | null,
): void {
  relay.event('response.output_audio_transcript.delta', {
    response_id: id,
    delta,
    chunk_index: index,
    is_complete: false,
    timestamp: 0,
    audio_start_ms: startMs,
  });
}

async function untilSpeechIsSeen(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const { notices: received } = window as unknown as EngineWindow;
    const from = received.findLastIndex((notice) => notice.type === 'page-ability');
    const loud = received
      .slice(from)
      .filter((notice) => notice.type === 'levels' && notice.speechProbability > 0.8);
    return loud.length > 10;
  });
}

function removeSpeech(): void {
  for (const name of ['SpeechRecognition', 'webkitSpeechRecognition', 'speechSynthesis']) {
    Object.defineProperty(window, name, { value: undefined, configurable: true });
  }
}

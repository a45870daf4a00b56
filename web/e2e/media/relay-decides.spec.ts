import { expect } from '@playwright/test';
import { sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import { readTap } from '../support/tap.ts';
import { joined, silence, spokenMs, tone } from '../support/wav.ts';
import { notices, startCall, test, untilNotice } from './engine-test.ts';

const VOICE_HZ = 16_000;
const ANSWER_MS = 3_500;

test('a pause inside a sentence leaves it one utterance, and the relay ends the turn', async ({
  open,
}) => {
  const [first, second] = await speak(['Set a timer for', 'twenty five minutes.']);
  const { page, relay } = await open({ relayDecides: true });
  expect(await startCall(page)).toMatchObject({ ok: true });
  await untilNotice(page, { type: 'session' });
  const pauses = () => relay.events('input_audio_buffer.speech_paused');

  const said = sayTo(page, joined(first!, silence(700), second!));
  await relay.until('the pause', () => pauses().length === 1);
  relay.event('input_audio_buffer.end_of_turn_predicted', {
    utterance: 1,
    probability: 0.1,
    delay_ms: 1_400,
    reasons: ['phrase_incomplete'],
  });
  await said;
  await relay.until('the second pause', () => pauses().length === 2);
  relay.commit(pauses()[1]!);
  await untilNotice(page, { phase: 'thinking' });

  expect(relay.events('input_audio_buffer.speech_started')).toHaveLength(1);
  expect(relay.events('input_audio_buffer.speech_resumed')).toHaveLength(1);
  expect(relay.events('input_audio_buffer.speech_stopped')).toEqual([]);
  const heard = joined(...relay.frames(1).map(({ samples }) => samples));
  const { microphone, rateHz } = await readTap(page);
  expect(Math.abs(spokenMs(heard) - spokenMs(microphone, rateHz))).toBeLessThan(40);

  const received = await notices(page);
  const phases = received.filter(({ type }) => type === 'phase').map((notice) => notice);
  expect(phases.map((notice) => 'phase' in notice && notice.phase)).toEqual([
    'starting',
    'listening',
    'hearing',
    'thinking',
  ]);
  const predictions = received.filter((notice) => notice.type === 'end-of-turn');
  expect(predictions.map(({ prediction }) => prediction?.delayMs)).toEqual([1_400, undefined]);
});

test('a connection lost while the voice is held leaves it held for a moment, not for ever', async ({
  open,
}) => {
  const [backchannel] = await speak(['Uh huh.']);
  const { page, relay } = await open({ relayDecides: true });
  expect(await startCall(page)).toMatchObject({ ok: true });
  await untilNotice(page, { type: 'session' });
  relay.reply(tone(ANSWER_MS, VOICE_HZ), VOICE_HZ, { aheadMs: 1_000 });
  await untilNotice(page, { type: 'response-progress' });
  await sayTo(page, backchannel!);
  await relay.until(
    'speech over the answer',
    () => relay.events('input_audio_buffer.speech_started').length === 1,
  );
  relay.cut();
  // Nothing is decided: the page ends the utterance by itself, and lets the voice go on.
  await untilNotice(page, { type: 'response-ended' });
  expect(relay.connections).toBe(2);
  expect(relay.events('input_audio_buffer.speech_stopped')).toHaveLength(1);
  const received = await notices(page);
  expect(received.find((notice) => notice.type === 'response-ended')).toMatchObject({
    status: 'completed',
    heardMs: ANSWER_MS,
  });
  expect(received.findLast((notice) => notice.type === 'phase')).toMatchObject({
    phase: 'listening',
  });
});

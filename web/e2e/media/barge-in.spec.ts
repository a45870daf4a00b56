import { expect } from '@playwright/test';
import { speak } from '../support/speech.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { joined, silence, spokenMs, tone } from '../support/wav.ts';
import { startCall, test, untilNotice } from './engine-test.ts';

const VOICE_HZ = 16_000;
const PAUSE_MS = 3_000;
const INTERRUPTIONS = [
  'Stop, that is enough.',
  'What time is it in Tokyo?',
  'Hello, are you there?',
];

test('speech over an answer silences it within 250 ms and reports how much of it was heard', async ({
  open,
}) => {
  const spoken = await speak(INTERRUPTIONS);
  const { page, relay } = await open({
    hears: joined(...spoken.flatMap((speech) => [silence(PAUSE_MS), speech]), silence(60_000)),
  });
  expect(await startCall(page)).toMatchObject({ ok: true });
  await untilNotice(page, { type: 'session' });

  for (const [n] of INTERRUPTIONS.entries()) {
    relay.reply(tone(30_000, VOICE_HZ), VOICE_HZ, { aheadMs: 1_000 });
    await relay.until(
      `interruption ${n + 1}`,
      () => relay.events('input_audio_buffer.speech_stopped').length > n,
    );
  }
  const { rateHz, voice, microphone } = await readTap(page);

  const stretchesIn = (signal: Float32Array) =>
    stretchesOf(signal, rateHz, { quietMs: 600, audible: 0.01 }).map(({ start, end }) => ({
      startMs: (start * 1_000) / rateHz,
      endMs: (end * 1_000) / rateHz,
    }));
  const answers = stretchesIn(voice);
  const interruptions = stretchesIn(microphone);
  const truncations = relay.events('conversation.item.truncate');
  expect(answers).toHaveLength(INTERRUPTIONS.length);
  expect(interruptions).toHaveLength(INTERRUPTIONS.length);
  expect(truncations).toHaveLength(INTERRUPTIONS.length);
  const delaysMs = answers.map(({ endMs }, n) => endMs - interruptions[n]!.startMs);
  test.info().annotations.push({
    type: 'silence after onset, ms',
    description: delaysMs.map((ms) => ms.toFixed(0)).join(' '),
  });
  const stops = relay.events('input_audio_buffer.speech_stopped');
  const spansMs = relay
    .events('input_audio_buffer.speech_started')
    .map(({ audio_start_ms }, n) => stops[n]!.audio_end_ms - audio_start_ms - spokenMs(spoken[n]!));
  test.info().annotations.push({
    type: 'length of speech as reported, less as spoken, ms',
    description: spansMs.map((ms) => ms.toFixed(0)).join(' '),
  });
  for (const [n, delayMs] of delaysMs.entries()) {
    expect(Math.abs(spansMs[n]!), INTERRUPTIONS[n]).toBeLessThan(250);
    expect(delayMs, INTERRUPTIONS[n]).toBeGreaterThan(0);
    expect(delayMs, INTERRUPTIONS[n]).toBeLessThanOrEqual(250);
    const heardMs = answers[n]!.endMs - answers[n]!.startMs;
    expect(Math.abs(truncations[n]!.audio_end_ms - heardMs), INTERRUPTIONS[n]).toBeLessThan(25);
    expect(truncations[n]!.response_id).toBe(`response-${n + 1}`);
  }
});

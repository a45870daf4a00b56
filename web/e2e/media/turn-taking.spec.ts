import { expect } from '@playwright/test';
import { speak } from '../support/speech.ts';
import { gapsIn, measured, readTap, soundingMs, stalledMs, stretchesOf } from '../support/tap.ts';
import { joined, silence, spokenMs, tone } from '../support/wav.ts';
import { notices, startCall, test, untilNotice, type OpenEnginePage } from './engine-test.ts';

const VOICE_HZ = 16_000;
const ANSWER_MS = 5_000;
const SILENT_WITHIN_MS = 200;

test('a backchannel leaves the answer whole to the sample, “stop” silences it for good', async ({
  open,
}) => {
  test.setTimeout(120_000);
  const { silentAfterMs } = await measured('“stop”', () => talk(open));
  test.info().annotations.push({
    type: 'silence after onset, ms',
    description: silentAfterMs.toFixed(0),
  });
  expect(silentAfterMs).toBeGreaterThan(0);
  expect(silentAfterMs).toBeLessThanOrEqual(SILENT_WITHIN_MS);
});

/** A call with all that must hold on a machine that stands still, too. */
async function talk(open: OpenEnginePage) {
  const [backchannel, stop] = await speak(['Uh huh.', 'Stop.']);
  const { page, relay } = await open({
    hears: joined(silence(3_000), backchannel!, silence(7_000), stop!, silence(60_000)),
    relayDecides: true,
  });
  expect(await startCall(page)).toMatchObject({ ok: true });
  await untilNotice(page, { type: 'session' });
  const starts = () => relay.events('input_audio_buffer.speech_started');
  const pauses = () => relay.events('input_audio_buffer.speech_paused');

  relay.reply(tone(ANSWER_MS, VOICE_HZ), VOICE_HZ, { aheadMs: 1_000 });
  await relay.until('the backchannel', () => pauses().length === 1);
  relay.commit(pauses()[0]!);
  relay.decide(starts()[0]!, false);
  await untilNotice(page, { type: 'response-ended' });
  expect(relay.events('conversation.item.truncate')).toEqual([]);
  const whole = await readTap(page);
  const held = gapsIn(whole.voice, whole.rateHz, 20);
  expect(held.length).toBeGreaterThan(0);
  // It sounds for its length, and each fade-out once more.
  const soundedMs = soundingMs(whole.voice, whole.rateHz) - held.reduce((sum, ms) => sum + ms, 0);
  expect(soundedMs - ANSWER_MS).toBeGreaterThan(-2);
  expect(soundedMs - ANSWER_MS).toBeLessThan(held.length * 16 + 2);

  const { id } = relay.reply(tone(30_000, VOICE_HZ), VOICE_HZ, { aheadMs: 1_000 });
  await relay.until('“stop”', () => pauses().length === 2);
  relay.decide(starts()[1]!, true);
  relay.commit(pauses()[1]!);
  await untilNotice(page, { type: 'response-ended', status: 'cancelled' });

  const tap = await readTap(page);
  const { rateHz, voice, microphone } = tap;
  const before = whole.voice.length;
  const [stopped, ...again] = stretchesOf(voice.subarray(before), rateHz);
  expect(again).toEqual([]);
  const onset = stretchesOf(microphone, rateHz, { audible: 0.01 }).at(-1)!.start;
  const end = before + stopped!.end;
  const heardMs = ((stopped!.end - stopped!.start) * 1_000) / rateHz;
  const [truncated, ...more] = relay.events('conversation.item.truncate');
  expect(more).toEqual([]);
  expect(truncated!.response_id).toBe(id);
  expect(Math.abs(truncated!.audio_end_ms - heardMs)).toBeLessThan(25);
  const reportedMs = pauses()[1]!.audio_end_ms - starts()[1]!.audio_start_ms;
  expect(Math.abs(reportedMs - spokenMs(stop!))).toBeLessThan(250);
  const ended = (await notices(page)).filter((notice) => notice.type === 'response-ended');
  expect(ended).toMatchObject([
    { status: 'completed', heardMs: ANSWER_MS },
    { status: 'cancelled', heardMs: truncated!.audio_end_ms },
  ]);
  return {
    silentAfterMs: ((end - onset) * 1_000) / rateHz,
    stalledMs: stalledMs(tap, { start: onset, end }),
  };
}

import { rmsOf } from '@parley/shared/audio/level';
import { expect } from '@playwright/test';
import { speak } from '../support/speech.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { joined, silence, tone } from '../support/wav.ts';
import { startCall, test, untilNotice } from './engine-test.ts';

const VOICE_HZ = 16_000;

test('a call begins with a breath, after which a person can interrupt', async ({ open }) => {
  const [speech] = await speak(['What time is it in Tokyo?']);
  const { page, relay } = await open({
    hears: joined(silence(3_000), speech!, silence(2_500), speech!, silence(60_000)),
    processed: true,
  });
  expect(await startCall(page)).toMatchObject({ ok: true });
  await untilNotice(page, { type: 'session' });
  await relay.until('speech', () => relay.events('input_audio_buffer.speech_stopped').length > 0);
  relay.reply(tone(10_000, VOICE_HZ), VOICE_HZ, { aheadMs: 1_000 });
  await relay.until('an interruption', () => relay.events('conversation.item.truncate').length > 0);
  const { rateHz, voice } = await readTap(page);
  const [breath] = stretchesOf(voice, rateHz, { quietMs: 100 });
  const sounding = voice.subarray(breath!.start, breath!.end);
  expect(sounding.length / rateHz).toBeGreaterThan(1.2);
  expect(sounding.length / rateHz).toBeLessThan(1.55);
  const level = rmsOf(sounding.subarray(0.2 * rateHz, 1.1 * rateHz));
  expect(Math.abs(20 * Math.log10(level) + 30)).toBeLessThan(1);
});

test('the breath falls silent as soon as the person speaks', async ({ open }) => {
  const [speech] = await speak(['What time is it in Tokyo?']);
  const { page, relay } = await open({
    hears: joined(silence(500), speech!, silence(60_000)),
    processed: true,
  });
  expect(await startCall(page)).toMatchObject({ ok: true });
  await relay.until('speech', () => relay.events('input_audio_buffer.speech_stopped').length > 0);
  const { rateHz, voice } = await readTap(page);
  const sounding = stretchesOf(voice, rateHz, { quietMs: 100 });
  const longestS = Math.max(0, ...sounding.map(({ start, end }) => (end - start) / rateHz));
  expect(longestS).toBeLessThan(1.1);
});

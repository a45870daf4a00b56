import { rmsOf } from '@parley/shared/audio/level';
import { expect, type Page } from '@playwright/test';
import { speak } from '../support/speech.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { joined, silence, tone } from '../support/wav.ts';
import { startCall, test } from './engine-test.ts';
import type { EngineWindow } from './page/main.ts';

const VOICE_HZ = 16_000;

test('a call begins with a breath, which falls silent as soon as the person speaks, who then can interrupt', async ({
  open,
}) => {
  const [speech] = await speak(['What time is it in Tokyo?']);
  const { page, relay, hears } = await open({ hears: silence(60_000), processed: true });
  expect(await startCall(page)).toMatchObject({ ok: true });
  await expect.poll(async () => (await breaths(page)).length).toBe(1);
  const [whole] = await breaths(page);
  expect(whole!.seconds).toBeGreaterThan(1.2);
  expect(whole!.seconds).toBeLessThan(1.55);
  expect(Math.abs(whole!.levelDb + 30)).toBeLessThan(1);
  await page.evaluate(() => (window as unknown as EngineWindow).engine.stop());

  hears!(joined(silence(500), speech!, silence(2_500), speech!, silence(60_000)));
  await page.getByRole('button').click();
  await relay.until('speech', () => relay.events('input_audio_buffer.speech_stopped').length > 0);
  const cut = await breaths(page);
  expect(Math.max(0, ...cut.map(({ seconds }) => seconds))).toBeLessThan(1.1);
  relay.reply(tone(10_000, VOICE_HZ), VOICE_HZ, { aheadMs: 1_000 });
  await relay.until('an interruption', () => relay.events('conversation.item.truncate').length > 0);
});

/** Those that are over, in the last call. */
async function breaths(page: Page) {
  const { rateHz, voice } = await readTap(page);
  return stretchesOf(voice, rateHz, { quietMs: 100 })
    .filter(({ end }) => voice.length - end > 0.1 * rateHz)
    .map(({ start, end }) => {
      const sounding = voice.subarray(start, end);
      const level = rmsOf(sounding.subarray(0.2 * rateHz, 1.1 * rateHz));
      return { seconds: sounding.length / rateHz, levelDb: 20 * Math.log10(level) };
    });
}

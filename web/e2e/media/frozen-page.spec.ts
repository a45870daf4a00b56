import { setTimeout } from 'node:timers/promises';
import { expect } from '@playwright/test';
import { speak } from '../support/speech.ts';
import { gapsIn, readTap, soundingMs } from '../support/tap.ts';
import { joined, silence, spokenMs, tone } from '../support/wav.ts';
import type { EngineWindow } from './page/main.ts';
import { blockMainThread, notices, startCall, test, untilNotice } from './engine-test.ts';

const VOICE_HZ = 16_000;
const ANSWER_MS = 4_000;
const FROZEN_MS = 5_500;

test('a page that is frozen for two seconds loses nothing that is said, in either direction', async ({
  open,
}) => {
  const sentence = 'Please tell me how many kilometers there are in twenty five miles. And then ';
  const [spoken] = await speak([`${sentence} set a timer for seventeen seconds.`]);
  const { page, relay } = await open({ hears: joined(silence(2_500), spoken!, silence(60_000)) });
  expect(await startCall(page)).toMatchObject({ ok: true });

  await relay.until('speech', () => relay.events('input_audio_buffer.speech_started').length === 1);
  await blockMainThread(page, 2_000);
  await relay.until(
    'the end',
    () => relay.events('input_audio_buffer.speech_stopped').length === 1,
  );

  const frames = relay.frames();
  expect(frames.slice(0, -1).every(({ samples, last }) => samples.length === 1_600 && !last)).toBe(
    true,
  );
  expect(frames.at(-1)!.last).toBe(true);
  const heard = joined(...frames.map(({ samples }) => samples));
  // A chunk that was lost, or sent twice, would change the length by 100 ms. What counts is what
  // the browser captured: on a busy machine its pretended microphone stumbles, too.
  const { microphone, rateHz } = await readTap(page);
  expect(Math.abs(spokenMs(heard) - spokenMs(microphone, rateHz))).toBeLessThan(40);
  // The pre-roll comes in one go; from then on a chunk each 100 ms, frozen page or not.
  const gaps = frames.slice(6).map((frame, n) => frame.atMs - frames[n + 5]!.atMs);
  expect(Math.max(...gaps)).toBeLessThan(1_000);

  const { sent } = relay.reply(tone(ANSWER_MS, VOICE_HZ), VOICE_HZ, { aheadMs: 1_000 });
  await untilNotice(page, { type: 'phase', phase: 'speaking' });
  await blockMainThread(page, 2_000);
  await sent;
  await untilNotice(page, { type: 'response-ended' });

  const { voice } = await readTap(page);
  expect(gapsIn(voice, rateHz, 2)).toEqual([]);
  expect(Math.abs(soundingMs(voice, rateHz) - ANSWER_MS)).toBeLessThan(2);
  const stats = (await notices(page)).findLast((notice) => notice.type === 'stats');
  expect(stats).toMatchObject({ stats: { underruns: 0, reconnects: 0 } });

  // As the system does with a page in the background: not even its timers run.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await setTimeout(FROZEN_MS);
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  const again = relay.reply(tone(500, VOICE_HZ), VOICE_HZ, { aheadMs: 1_000 });
  await again.sent;
  await page.waitForFunction(
    () =>
      (window as unknown as EngineWindow).notices.filter(({ type }) => type === 'response-ended')
        .length === 2,
  );
  expect((await notices(page)).filter(({ type }) => ['closed', 'error'].includes(type))).toEqual(
    [],
  );
});

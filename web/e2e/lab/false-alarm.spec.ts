import { expect } from '@playwright/test';
import { speak } from '../support/speech.ts';
import { gapsIn, readTap, soundingMs } from '../support/tap.ts';
import { joined, silence, tone } from '../support/wav.ts';
import { notices, startCall, test, untilNotice } from '../media/engine-test.ts';

const VOICE_HZ = 16_000;
const ANSWER_MS = 9_000;
/**
 * This much of the beginning of a word is surely suspected and surely not confirmed: however it
 * lies between the detector's frames, its likeliest frame is speech to 0.83 at least, and two
 * frames are speech at most. A piece out of the middle begins too hard to be suspected each time.
 */
const SCRAP_MS = 95;
const SCRAPS = 6;
/** No multiple of a frame, so that no two lie alike. */
const SCRAP_DISTANCE_MS = 1_383;

test('a sound that is not speech after all only makes the voice pause', async ({ open }) => {
  const [word] = await speak(['Now.']);
  const scrap = word!.subarray(0, SCRAP_MS * 16);
  const scraps = Array.from({ length: SCRAPS }, () =>
    joined(scrap, silence(SCRAP_DISTANCE_MS - SCRAP_MS)),
  );
  const hears = joined(silence(2_500), ...scraps, silence(60_000));
  const { page, relay } = await open({ hears });
  expect(await startCall(page)).toMatchObject({ ok: true });
  await untilNotice(page, { type: 'session' });

  const { sent } = relay.reply(tone(ANSWER_MS, VOICE_HZ), VOICE_HZ, { aheadMs: 1_000 });
  await sent;
  await untilNotice(page, { type: 'response-ended' });

  expect(relay.events('input_audio_buffer.speech_started')).toEqual([]);
  expect(relay.events('conversation.item.truncate')).toEqual([]);
  const held = (await notices(page)).filter(
    (notice) => notice.type === 'debug' && notice.entry.name === 'held',
  );
  const { rateHz, voice } = await readTap(page);
  const pauses = gapsIn(voice, rateHz, 20);
  // Each pause is a suspicion, and at least one of the scraps must have raised one.
  expect(pauses.length).toBeGreaterThan(0);
  expect(pauses).toHaveLength(held.length);
  expect(Math.max(...pauses)).toBeLessThan(500);
  // All of the answer was played: what sounded is its length, and each fade-out once more.
  const soundedMs = soundingMs(voice, rateHz) - pauses.reduce((sum, ms) => sum + ms, 0);
  expect(soundedMs - ANSWER_MS).toBeGreaterThan(-2);
  expect(soundedMs - ANSWER_MS).toBeLessThan(pauses.length * 16 + 2);
});

import { expect } from '@playwright/test';
import { sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import { gapsIn, readTap, soundingMs } from '../support/tap.ts';
import { joined, spokenMs, tone } from '../support/wav.ts';
import { notices, startCall, test, untilNotice } from './engine-test.ts';

const VOICE_HZ = 24_000;
const ANSWER_MS = 5_000;
/** A page that takes so long to reconnect on a busy machine is still not heard to. */
const AHEAD_MS = 3_500;

test('a connection lost in mid-utterance and in mid-answer costs nothing but the reconnect', async ({
  open,
}) => {
  const [spoken] = await speak(['How many kilometers are there in twenty five miles, please?']);
  const { page, relay } = await open({});
  expect(await startCall(page)).toMatchObject({ ok: true });
  await untilNotice(page, { type: 'session' });

  const said = sayTo(page, spoken!);
  await relay.until('half the utterance', () => relay.frames().length >= 12);
  relay.cut();
  await said;
  await relay.until(
    'the end',
    () => relay.events('input_audio_buffer.speech_stopped').length === 1,
  );
  expect(relay.connections).toBe(2);
  // The relay throws on a gap; nothing that it had was sent again either.
  expect(relay.repeated).toEqual([]);
  const heard = joined(...relay.frames().map(({ samples }) => samples));
  const { microphone, rateHz } = await readTap(page);
  expect(Math.abs(spokenMs(heard) - spokenMs(microphone, rateHz))).toBeLessThan(40);

  const { sent } = relay.reply(tone(ANSWER_MS, VOICE_HZ), VOICE_HZ, { aheadMs: AHEAD_MS });
  await untilNotice(page, { type: 'response-progress' });
  relay.cut();
  await sent;
  await untilNotice(page, { type: 'response-ended' });
  expect(relay.connections).toBe(3);
  const { voice } = await readTap(page);
  expect(gapsIn(voice, rateHz, 2)).toEqual([]);
  expect(Math.abs(soundingMs(voice, rateHz) - ANSWER_MS)).toBeLessThan(2);
  const received = await notices(page);
  expect(received.filter((notice) => notice.type === 'error')).toEqual([]);
  expect(received.findLast((notice) => notice.type === 'phase')).toMatchObject({
    phase: 'listening',
  });
});

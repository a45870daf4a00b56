import { expect, it } from 'vitest';
import { ROOM_HZ, type RoomStretch } from '../e2e/lab/room-recording.ts';
import { levelBetween, outcomeOf } from './room-judgement.ts';

const MS = ROOM_HZ / 1_000;

/** Three seconds in which there is sound of this level between these instants, ms. */
function track(level: number, ...sounds: readonly (readonly [number, number])[]): Int16Array {
  const samples = new Int16Array(3_000 * MS);
  for (const [startMs, endMs] of sounds) samples.fill(level, startMs * MS, endMs * MS);
  return samples;
}

const SAID = track(8_000, [500, 900]);

function stretch(speaker: Int16Array, person = SAID): RoomStretch {
  return { fromSample: 0, person, speaker, room: person };
}

it('measures from the first sound of the person to the last of the speaker', () => {
  const { verdict, silenceMs } = outcomeOf(stretch(track(8_000, [0, 720]))) as {
    verdict: string;
    silenceMs: number;
  };
  expect(verdict).toBe('silenced');
  expect(silenceMs).toBeCloseTo(220, -1);
});

it('an answer that pauses between two sentences and goes on was not silenced', () => {
  expect(outcomeOf(stretch(track(8_000, [0, 700], [1_300, 3_000])))).toEqual({ verdict: 'missed' });
});

it('an answer that ends in the pause in which the person speaks was silenced at once', () => {
  const inPause = track(8_000, [900, 1_300]);
  expect(outcomeOf(stretch(track(8_000, [0, 700]), inPause))).toEqual({
    verdict: 'silenced',
    silenceMs: 0,
  });
  expect(outcomeOf(stretch(track(8_000, [0, 700], [1_300, 3_000]), inPause))).toEqual({
    verdict: 'missed',
  });
});

it('what is said while the speaker is silent interrupts nothing', () => {
  expect(outcomeOf(stretch(track(8_000, [1_000, 3_000])))).toEqual({ verdict: 'spoiled' });
  expect(outcomeOf(stretch(track(8_000, [0, 3_000]), track(0)))).toEqual({ verdict: 'spoiled' });
  const late = track(8_000, [1_700, 2_100]);
  expect(outcomeOf(stretch(track(8_000, [0, 900]), late))).toEqual({ verdict: 'spoiled' });
});

it('tells how loud an echo is', () => {
  const speaker = track(8_000, [0, 3_000]);
  const room = track(4_000, [0, 3_000]);
  expect(levelBetween({ fromSample: 0, person: track(0), room, speaker })).toBeCloseTo(-6.02, 2);
  expect(levelBetween({ fromSample: 0, person: track(0), room, speaker: track(0) })).toBeNull();
});

import type { InterruptionVerdict } from '@parley/relay/testing';
import { ROOM_HZ, type RoomStretch } from '../e2e/lab/room-recording.ts';
import { stretchesOf } from '../e2e/support/tap.ts';

/** Longer than the pauses between the sentences of an answer. */
const QUIET_MS = 700;
const AUDIBLE = 0.01;
const MS = ROOM_HZ / 1_000;

/** Recorded before the person speaks: whether an answer only pauses between two sentences then. */
export const LEAD_MS = 1_000;

/** What became of an answer over which the person in this recording speaks, after `LEAD_MS`. */
export function outcomeOf({ person, speaker }: RoomStretch): InterruptionVerdict {
  const [said] = stretchesOf(toFloat(person), ROOM_HZ, { audible: AUDIBLE, quietMs: QUIET_MS });
  const voices = stretchesOf(toFloat(speaker), ROOM_HZ, { audible: AUDIBLE, quietMs: QUIET_MS });
  if (said === undefined) return { verdict: 'spoiled' };
  const over = voices.findLast(({ start }) => start <= said.start);
  if (over === undefined || said.start - over.end >= QUIET_MS * MS) return { verdict: 'spoiled' };
  const goesOn = over.end > speaker.length - QUIET_MS * MS;
  if (goesOn) return { verdict: 'missed' };
  return { verdict: 'silenced', silenceMs: Math.max(0, over.end - said.start) / MS };
}

/** How loud the room is against the speaker, dB; null if one of them is silent. */
export function levelBetween({ room, speaker }: RoomStretch): number | null {
  const heard = powerOf(room);
  const played = powerOf(speaker);
  return heard === 0 || played === 0 ? null : 10 * Math.log10(heard / played);
}

function powerOf(samples: Int16Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0);
}

function toFloat(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / 32_768);
}

import type { InterruptionVerdict } from '@parley/relay/testing';
import { ROOM_HZ, type RoomStretch } from '../e2e/lab/room-recording.ts';
import { stretchesOf } from '../e2e/support/tap.ts';

/** Longer than the pauses between the sentences of an answer. */
const QUIET_MS = 700;
const AUDIBLE = 0.01;
const MS = ROOM_HZ / 1_000;

/** What became of an answer over which the person in this recording speaks. */
export function outcomeOf({ person, speaker }: RoomStretch): InterruptionVerdict {
  const [said] = stretchesOf(toFloat(person), ROOM_HZ, { audible: AUDIBLE, quietMs: QUIET_MS });
  const voices = stretchesOf(toFloat(speaker), ROOM_HZ, { audible: AUDIBLE, quietMs: QUIET_MS });
  const over = voices.find(({ start, end }) => said && start <= said.start && end > said.start);
  if (said === undefined || over === undefined) return { verdict: 'spoiled' };
  const goesOn = over.end > speaker.length - QUIET_MS * MS;
  if (goesOn) return { verdict: 'missed' };
  return { verdict: 'silenced', silenceMs: (over.end - said.start) / MS };
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

import { dbfsOf, rmsOf } from '@parley/shared/audio/level';
import { percentile } from '@parley/shared/statistics';
import { SILENT_DBFS } from './sound-check-events.ts';

/** Sound below this never counts as speech, however quiet the room is. */
const QUIETEST_SPEECH_DBFS = -58;
/** How much louder than the room speech is at least. */
const SPEECH_ABOVE_NOISE_DB = 9;
/** Speech of this length is enough to measure its level: 20 frames of 32 ms. */
const ENOUGH_FRAMES = 20;

/** RMS of a frame, dB relative to full scale. */
export function frameDbfs(samples: Float32Array): number {
  return Math.max(SILENT_DBFS, dbfsOf(rmsOf(samples)));
}

/** The level that half of the frames do not exceed: one knock does not make a room noisy. */
export function noiseFloorOf(levels: readonly number[]): number {
  return levels.length === 0 ? SILENT_DBFS : percentile(levels, 0.5);
}

/**
 * How loud the person speaks: the level that the louder half of their speech has.
 *
 * @param levels one a frame, dBFS
 * @returns null while too little speech was heard
 */
export function speechLevelOf(levels: readonly number[], noiseDbfs: number): number | null {
  const thresholdDbfs = Math.max(QUIETEST_SPEECH_DBFS, noiseDbfs + SPEECH_ABOVE_NOISE_DB);
  const speech = levels.filter((level) => level > thresholdDbfs);
  return speech.length < ENOUGH_FRAMES ? null : percentile(speech, 0.75);
}

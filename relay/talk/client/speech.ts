import { dbfsOf, rmsOf } from '@parley/shared/audio/level';
import { PCM16_SCALE } from '@parley/shared/audio/pcm16';

/** A recording of a person speaking: PCM16 mono at 16 kHz, and where the speech lies in it. */
export interface Speech {
  readonly samples: Int16Array;
  /** The first sample of speech. */
  readonly onset: number;
  /** The first sample after the last speech. */
  readonly end: number;
}

/** 10 ms at 16 kHz. */
const FRAME_SAMPLES = 160;
/** Shorter bursts are clicks. */
const MIN_SPEECH_FRAMES = 3;
/** Below this nothing counts as speech, dB relative to full scale. */
const SILENCE_DB = -60;
/** How far speech rises above a steady background, dB. */
const ABOVE_NOISE_DB = 9;
/** A background this close to the loudest frame is taken for speech without a pause, dB. */
const MIN_RANGE_DB = 15;
/** The softest sounds of speech lie no further below the loudest, dB. */
const MAX_RANGE_DB = 40;

/**
 * Finds where speech begins and ends, by energy: frames of 10 ms, and a threshold between the
 * recording's own background (its quietest tenth) and its loudest frame. Pauses within are part
 * of it: from the first sound to the last, a recording is one utterance.
 *
 * @param samples - PCM16 mono at 16 kHz
 * @returns undefined if there is nothing but silence
 */
export function findSpeech(samples: Int16Array): Speech | undefined {
  const levels = levelsDb(samples);
  const sorted = levels.toSorted();
  const peakDb = sorted.at(-1) ?? Number.NEGATIVE_INFINITY;
  const noiseDb = sorted[Math.floor(sorted.length / 10)] ?? Number.NEGATIVE_INFINITY;
  const thresholdDb = Math.max(
    SILENCE_DB,
    peakDb - MAX_RANGE_DB,
    Math.min(noiseDb + ABOVE_NOISE_DB, peakDb - MIN_RANGE_DB),
  );
  let first: number | undefined;
  let last = 0;
  let run = 0;
  for (const [index, level] of levels.entries()) {
    run = level > thresholdDb ? run + 1 : 0;
    if (run < MIN_SPEECH_FRAMES) continue;
    first ??= index + 1 - run;
    last = index;
  }
  if (first === undefined) return undefined;
  return {
    samples,
    onset: first * FRAME_SAMPLES,
    end: Math.min(samples.length, (last + 1) * FRAME_SAMPLES),
  };
}

/** Level of each frame, dB relative to full scale; a trailing part of a frame is left out. */
function levelsDb(samples: Int16Array): Float64Array {
  const levels = new Float64Array(Math.floor(samples.length / FRAME_SAMPLES));
  for (let frame = 0; frame < levels.length; frame++) {
    const start = frame * FRAME_SAMPLES;
    levels[frame] = dbfsOf(rmsOf(samples.subarray(start, start + FRAME_SAMPLES)) * PCM16_SCALE);
  }
  return levels;
}

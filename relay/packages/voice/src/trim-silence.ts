import { rmsOf } from '@parley/shared/audio/level';

const SAMPLES_PER_MS = 16;
const FRAME_SAMPLES = 5 * SAMPLES_PER_MS;
/** RMS under which 5 ms of a synthetic voice are silence; its softest "f" has about 90. */
const SILENCE_RMS = 60;
/**
 * Below the loudest 5 ms before the first sound: 40 dB. A voice may begin with 50 ms of
 * inaudible breath; its softest first "f" is louder.
 */
const UNHEARD_RATIO = 0.01;

export interface Pauses {
  readonly beforeMs: number;
  readonly afterMs: number;
}

/**
 * Cuts or extends the silence at both ends to exactly `beforeMs` and `afterMs`. An inaudible
 * beginning counts as silence, too.
 *
 * @param samples PCM16 mono at 16 kHz
 * @returns new samples; none if there is only silence
 */
export function trimSilence(
  samples: Int16Array,
  { beforeMs, afterMs }: Pauses,
): Int16Array<ArrayBuffer> {
  let start = 0;
  const leastRms = Math.max(SILENCE_RMS, UNHEARD_RATIO * loudestOf(samples));
  while (start < samples.length && isSofter(samples, start, leastRms)) start += FRAME_SAMPLES;
  if (start >= samples.length) return new Int16Array(0);
  let end = samples.length;
  while (end > start && isSofter(samples, end - FRAME_SAMPLES, SILENCE_RMS)) end -= FRAME_SAMPLES;

  const before = beforeMs * SAMPLES_PER_MS;
  const after = afterMs * SAMPLES_PER_MS;
  const trimmed = new Int16Array(before + (end - start) + after);
  // The little sound in the silence is kept: a cut to zero clicks.
  const from = Math.max(0, start - before);
  const to = Math.min(samples.length, end + after);
  trimmed.set(samples.subarray(from, to), before - (start - from));
  return trimmed;
}

function isSofter(samples: Int16Array, at: number, rms: number): boolean {
  return rmsOf(samples.subarray(Math.max(0, at), at + FRAME_SAMPLES)) < rms;
}

function loudestOf(samples: Int16Array): number {
  let loudest = 0;
  for (let at = 0; at < samples.length; at += FRAME_SAMPLES) {
    loudest = Math.max(loudest, rmsOf(samples.subarray(at, at + FRAME_SAMPLES)));
  }
  return loudest;
}

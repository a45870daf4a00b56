const SAMPLES_PER_MS = 16;
const FRAME_SAMPLES = 5 * SAMPLES_PER_MS;
/** RMS under which 5 ms of a synthetic voice are silence; its softest "f" has about 90. */
const SILENCE_RMS = 60;

export interface Pauses {
  readonly leadMs: number;
  readonly tailMs: number;
}

/**
 * Cuts or extends the silence at both ends to exactly `leadMs` and `tailMs`.
 *
 * @param samples PCM16 mono at 16 kHz
 * @returns new samples; none if there is only silence
 */
export function trimSilence(
  samples: Int16Array,
  { leadMs, tailMs }: Pauses,
): Int16Array<ArrayBuffer> {
  let start = 0;
  while (start < samples.length && isSilent(samples, start)) start += FRAME_SAMPLES;
  if (start >= samples.length) return new Int16Array(0);
  let end = samples.length;
  while (end > start && isSilent(samples, end - FRAME_SAMPLES)) end -= FRAME_SAMPLES;

  const lead = leadMs * SAMPLES_PER_MS;
  const tail = tailMs * SAMPLES_PER_MS;
  const trimmed = new Int16Array(lead + (end - start) + tail);
  // What little sound the silence holds is kept: a cut to zero clicks.
  const from = Math.max(0, start - lead);
  trimmed.set(samples.subarray(from, Math.min(samples.length, end + tail)), lead - (start - from));
  return trimmed;
}

function isSilent(samples: Int16Array, at: number): boolean {
  const frame = samples.subarray(Math.max(0, at), at + FRAME_SAMPLES);
  let energy = 0;
  for (const sample of frame) energy += sample * sample;
  return Math.sqrt(energy / frame.length) < SILENCE_RMS;
}

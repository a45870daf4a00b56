/** Quietest level that is shown; below it lies the noise of an ordinary room. */
const FLOOR_DBFS = -60;
/** Loud, close speech reaches about this; it fills the scale. */
const CEILING_DBFS = -12;

/** Root mean square of samples in −1…1. */
export function rmsOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

/** Maps an RMS amplitude to 0–1 in equal steps of loudness (decibels). */
export function levelOf(rms: number): number {
  if (rms <= 0) return 0;
  const dbfs = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, (dbfs - FLOOR_DBFS) / (CEILING_DBFS - FLOOR_DBFS)));
}

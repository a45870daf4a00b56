/** Beyond a voice's rounding and a room's hum; −40 dBFS. */
export const AUDIBLE = 0.01;
/** The voice pauses for less between its words. */
const QUIET_MS = 700;

/** Where a signal is heard; samples from its beginning. */
export interface Audible {
  readonly first: number;
  readonly last: number;
}

/**
 * Where a recording is heard: stretches that are apart by at least 700 ms.
 *
 * @param level - of a sample that is heard, as a share of full scale
 */
export function audibleIn(
  samples: Int16Array,
  rateHz: number,
  level: number = AUDIBLE,
): readonly Audible[] {
  const quiet = (QUIET_MS * rateHz) / 1_000;
  const threshold = level * 32_768;
  const stretches: { first: number; last: number }[] = [];
  for (let n = 0; n < samples.length; n += 1) {
    if (Math.abs(samples[n]!) < threshold) continue;
    const current = stretches.at(-1);
    if (current !== undefined && n - current.last < quiet) current.last = n;
    else stretches.push({ first: n, last: n });
  }
  return stretches;
}

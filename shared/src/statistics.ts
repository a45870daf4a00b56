import type { Percentiles } from './protocol/monitoring-api.ts';

/** Spoken turns from which on a median is held against its target, and p95 and p99 are shown. */
export const ENOUGH_TURNS = 20;

/** How far back the turns reach by which a relay is judged, and which its latency table shows. */
export const JUDGED_MS = 900_000;

/**
 * Percentile by nearest rank: the smallest value that at least `share` of all values do not exceed
 * (Hyndman and Fan 1996, definition 1). The result always occurred, which a handful of turns needs
 * more than interpolation. The median is `share` 0.5: of an even number the lower of both middle
 * values.
 *
 * @param share 0–1
 * @returns NaN without values
 */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? Number.NaN;
}

export function percentilesOf(values: readonly number[]): Percentiles {
  const at = (share: number) => (values.length === 0 ? null : percentile(values, share));
  return { count: values.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Whether the median is not above its target, ms; null if too few turns were measured. */
export function isTargetMet({ count, p50 }: Percentiles, targetMs: number): boolean | null {
  return p50 === null || count < ENOUGH_TURNS ? null : p50 <= targetMs;
}

/** Those that a table shows: p95 and p99 of few turns are merely the slowest of them. */
export function shownPercentiles(all: Percentiles): Percentiles {
  return all.count < ENOUGH_TURNS ? { ...all, p95: null, p99: null } : all;
}

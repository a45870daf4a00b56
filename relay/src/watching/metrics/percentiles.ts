import type { Percentiles } from '@parley/shared/monitoring-api';
import { toTenth } from './sum.ts';

/** Nearest rank: always a value that was measured. */
export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted.length === 0 ? null : toTenth(sorted[Math.ceil(share * sorted.length) - 1]!);
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

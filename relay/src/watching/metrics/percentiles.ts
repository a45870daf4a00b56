import type { Percentiles } from '@parley/shared/monitoring-api';

/** Nearest rank: always a value that was measured. */
export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted.length === 0 ? null : toTenth(sorted[Math.ceil(share * sorted.length) - 1]!);
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** How many values there were, and their total, least and greatest. */
export class Sum {
  count = 0;
  total = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.count++;
    this.total += value;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }
}

/** Of several sums together, to a tenth; null without values. */
export function meanOf(sums: readonly Sum[]): number | null {
  const count = sums.reduce((sum, one) => sum + one.count, 0);
  const total = sums.reduce((sum, one) => sum + one.total, 0);
  return count === 0 ? null : toTenth(total / count);
}

/** Milliseconds as they are shown to programs. */
export function toTenth(ms: number): number {
  return Math.round(ms * 10) / 10;
}

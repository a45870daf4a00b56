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

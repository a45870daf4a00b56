import { median } from '../../bench/statistics.ts';
import type { Figure } from './figures.ts';

/** Of an interval: it misses the true value in one of twenty comparisons. */
export const CONFIDENCE = 0.95;
/** With fewer, the least and the greatest of them do not enclose the median with that confidence. */
export const MIN_PAIRS = 6;

/** One figure, measured on both commits within the same short time. */
export interface Pair {
  readonly head: number;
  readonly base: number;
}

export type Verdict = 'worse' | 'better' | 'same' | 'undecided';

export interface Judgement {
  readonly verdict: Verdict;
  /** Medians over the pairs. */
  readonly head: number;
  readonly base: number;
  /**
   * Of the head against the base: as a share of the base's (0.1 is a tenth more), or in the figure's
   * own unit. `from` and `to` enclose it with the confidence; without enough pairs they are undefined.
   */
  readonly change: { readonly median: number; readonly from?: number; readonly to?: number };
}

/** Judges one figure. */
export function judge(pairs: readonly Pair[], figure: Figure): Judgement {
  const changes = pairs.map((pair) => changeOf(pair, figure));
  const middle = median(changes);
  const interval = figure.isExact ? ([middle, middle] as const) : medianInterval(changes);
  return {
    verdict: interval === undefined ? 'undecided' : verdictOf(middle, interval, figure),
    head: median(pairs.map(({ head }) => head)),
    base: median(pairs.map(({ base }) => base)),
    change: {
      median: middle,
      ...(interval !== undefined && { from: interval[0], to: interval[1] }),
    },
  };
}

function changeOf({ head, base }: Pair, { by }: Figure): number {
  if (by === 'difference') return head - base;
  return head === base ? 0 : head / base - 1;
}

function verdictOf(
  middle: number,
  [from, to]: readonly [number, number],
  { better, threshold }: Figure,
): Verdict {
  if (Math.abs(from) < threshold && Math.abs(to) < threshold) return 'same';
  const excludesNone = from > 0 || to < 0;
  if (!excludesNone || Math.abs(middle) < threshold) return 'undecided';
  return middle > 0 === (better === 'lower') ? 'worse' : 'better';
}

/**
 * The interval for the median of the distribution behind the values, of any shape: between two of
 * them in order, of which the binomial distribution says how many lie below the median (Hahn and
 * Meeker, Statistical Intervals, 5.2).
 *
 * @returns undefined if there are too few values for the confidence
 */
export function medianInterval(
  values: readonly number[],
  confidence = CONFIDENCE,
): readonly [number, number] | undefined {
  const count = values.length;
  const sorted = values.toSorted((a, b) => a - b);
  // The probability that at most `below` of the values lie below the median.
  let probability = 0.5 ** count;
  let term = probability;
  let below = -1;
  while (2 * probability <= 1 - confidence && below + 1 < count) {
    below++;
    term *= (count - below) / (below + 1);
    probability += term;
  }
  return below < 0 ? undefined : [sorted[below]!, sorted[count - 1 - below]!];
}

import { percentile, round } from '../statistics.ts';

/** What one kind of request took, as load tests of other systems print it; times are ms. */
export interface Figures {
  readonly count: number;
  readonly errors: number;
  /** Share of all that failed, 0 to 1. */
  readonly error_rate: number;
  readonly avg: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p99: number;
}

/** Collects how long requests took and how many failed. */
export class Tally {
  readonly #tookMs: number[] = [];
  readonly #problems = new Map<string, number>();

  took(ms: number): void {
    this.#tookMs.push(ms);
  }

  failed(problem: unknown): void {
    const words = problem instanceof Error ? problem.message : String(problem);
    this.#problems.set(words, (this.#problems.get(words) ?? 0) + 1);
  }

  /** What went wrong, and how often. */
  get problems(): readonly (readonly [string, number])[] {
    return [...this.#problems];
  }

  figures(): Figures {
    const tookMs = this.#tookMs;
    const errors = this.problems.reduce((sum, [, times]) => sum + times, 0);
    const count = tookMs.length + errors;
    const sum = tookMs.reduce((total, ms) => total + ms, 0);
    return {
      count,
      errors,
      error_rate: count === 0 ? 0 : round(errors / count, 5),
      avg: round(sum / tookMs.length, 1),
      min: round(percentile(tookMs, 0), 1),
      max: round(percentile(tookMs, 1), 1),
      p50: round(percentile(tookMs, 0.5), 1),
      p99: round(percentile(tookMs, 0.99), 1),
    };
  }
}

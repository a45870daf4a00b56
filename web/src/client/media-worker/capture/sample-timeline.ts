const SAMPLES_PER_MS = 16;
/** Clocks are not trusted beyond this: samples follow one another until they are so far off. */
const SLACK_SAMPLES = 10 * SAMPLES_PER_MS;

/**
 * The last moments of a signal at 16 kHz, to be read at the pace of another: what arrives and what
 * is read stays in one piece as long as the clocks agree within 10 ms.
 *
 * Instants are ms on our own clock.
 */
export class SampleTimeline {
  readonly #samples: Float32Array;
  /** When sample 0 was; undefined before the first. */
  #originMs: number | undefined;
  /** Index one past the newest sample, and of the next to be read. */
  #end = 0;
  #next = Number.NaN;

  /** @param capacity - in samples */
  constructor(capacity: number) {
    this.#samples = new Float32Array(capacity);
  }

  /** What was left out before these samples is silence. */
  write(samples: Float32Array, startMs: number): void {
    this.#originMs ??= startMs;
    const gap = Math.round((startMs - this.#originMs) * SAMPLES_PER_MS) - this.#end;
    // The clock was set back: what is kept would be read in the place of what comes.
    if (gap < -SLACK_SAMPLES) {
      this.#originMs = startMs;
      this.#end = 0;
      this.#next = Number.NaN;
    } else if (gap > SLACK_SAMPLES) {
      const end = this.#end + gap;
      this.#end = Math.max(this.#end, end - this.#samples.length);
      while (this.#end < end) this.#put(0);
    }
    for (const sample of samples) this.#put(sample);
  }

  /** Whether `count` samples from there on have arrived. */
  has(startMs: number, count: number): boolean {
    const start = this.#startOf(startMs);
    return start !== undefined && start + count <= this.#end;
  }

  /**
   * Goes on reading, or from there if that is somewhere else.
   *
   * @param count - samples that are read there
   * @returns the index of the first of them, for `copy`; undefined before anything was written
   */
  advance(startMs: number, count: number): number | undefined {
    const start = this.#startOf(startMs);
    if (start !== undefined) this.#next = start + count;
    return start;
  }

  /** What is not kept, or not there yet, is silence. */
  copy(start: number, out: Float32Array): void {
    out.fill(0);
    const from = Math.max(start, 0, this.#end - this.#samples.length);
    const end = Math.min(start + out.length, this.#end);
    for (let at = from; at < end; at += 1) {
      out[at - start] = this.#samples[at % this.#samples.length]!;
    }
  }

  #startOf(startMs: number): number | undefined {
    if (this.#originMs === undefined) return undefined;
    const start = Math.round((startMs - this.#originMs) * SAMPLES_PER_MS);
    return Math.abs(start - this.#next) <= SLACK_SAMPLES ? this.#next : start;
  }

  #put(sample: number): void {
    this.#samples[this.#end % this.#samples.length] = sample;
    this.#end += 1;
  }
}

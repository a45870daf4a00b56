const BASE_MS = 500;
const CAP_MS = 30_000;

/**
 * How long to wait before the next attempt: nothing before the first, then a random time up to a
 * bound that doubles with each failure ("full jitter", so that clients which lost the same server
 * do not return in the same moment).
 */
export class Backoff {
  readonly #random: () => number;
  #attempt = 0;

  /** @param random uniform in 0…1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Attempts since the last success. */
  get attempt(): number {
    return this.#attempt;
  }

  nextDelayMs(): number {
    const attempt = this.#attempt;
    this.#attempt += 1;
    if (attempt === 0) return 0;
    return Math.round(this.#random() * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 16)));
  }

  /** The server asked for time: the next attempt is not at once. */
  skipFirst(): void {
    this.#attempt = Math.max(this.#attempt, 2);
  }

  /** The last attempt led to a connection that worked for a while: it is not one more failure. */
  worked(): void {
    this.#attempt = Math.min(this.#attempt, 2);
  }

  reset(): void {
    this.#attempt = 0;
  }
}

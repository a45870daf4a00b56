/**
 * A token bucket that is refilled by the session's regular check instead of by reading a clock
 * for every message.
 */
export class Allowance {
  readonly #capacity: number;
  readonly #perSecond: number;
  #left: number;

  constructor(options: { readonly capacity: number; readonly perSecond: number }) {
    this.#capacity = options.capacity;
    this.#perSecond = options.perSecond;
    this.#left = options.capacity;
  }

  /** @returns false where nothing is left */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  refill(elapsedMs: number): void {
    this.#left = Math.min(this.#capacity, this.#left + (elapsedMs / 1_000) * this.#perSecond);
  }
}

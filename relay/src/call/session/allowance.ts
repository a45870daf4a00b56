/**
 * A token bucket that is refilled by the session's regular check instead of by reading a clock
 * for every message.
 */
export class Allowance {
  readonly #capacity: number;
  readonly #perSecond: number;
  /** Whole, because a fraction would be an object of its own, far from the others in memory. */
  #left: number;
  #fraction = 0;

  /** With an endless `capacity` it is never used up. */
  constructor(options: { readonly capacity: number; readonly perSecond: number }) {
    this.#capacity = options.capacity;
    this.#perSecond = Number.isFinite(options.capacity) ? options.perSecond : 0;
    this.#left = options.capacity;
  }

  get hasAny(): boolean {
    return this.#left >= 1;
  }

  /** @returns false if nothing is left */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  refill(elapsedMs: number): void {
    this.#fraction += (elapsedMs / 1_000) * this.#perSecond;
    const whole = Math.floor(this.#fraction);
    this.#fraction -= whole;
    this.#left = Math.min(this.#capacity, this.#left + whole);
  }
}

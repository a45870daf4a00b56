/** The highest of the values noted in the last one to two windows. */
export class RecentPeak {
  readonly #windowMs: number;
  #windowStartMs = 0;
  #current = 0;
  #previous = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  note(value: number, nowMs: number): void {
    this.#goTo(nowMs);
    this.#current = Math.max(this.#current, value);
  }

  /** 0 if nothing was noted for two windows. */
  at(nowMs: number): number {
    this.#goTo(nowMs);
    return Math.max(this.#current, this.#previous);
  }

  #goTo(nowMs: number): void {
    const windows = Math.floor((nowMs - this.#windowStartMs) / this.#windowMs);
    if (windows < 1) return;
    this.#previous = windows === 1 ? this.#current : 0;
    this.#current = 0;
    this.#windowStartMs += windows * this.#windowMs;
  }
}

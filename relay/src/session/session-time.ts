import type { Clock } from '../lib/clock.ts';

/**
 * Time as a session judges its client by: without the stalls of the event loop, in which a client
 * may have sent a sign of life that was not read.
 */
export class SessionTime {
  readonly #clock: Clock;
  #checkedAtMs: number;
  #lostMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#checkedAtMs = clock.now();
  }

  /** ms on the relay's monotonic clock, minus the stalls until the last `pass`. */
  get nowMs(): number {
    return this.#clock.now() - this.#lostMs;
  }

  /** Called about once a second. @returns the time since the last call, and how much was lost, ms */
  pass(): { readonly elapsedMs: number; readonly lostMs: number } {
    const nowMs = this.#clock.now();
    const elapsedMs = nowMs - this.#checkedAtMs;
    const lostMs = this.#clock.lostMs(this.#checkedAtMs);
    this.#checkedAtMs = nowMs;
    this.#lostMs += lostMs;
    return { elapsedMs, lostMs };
  }
}

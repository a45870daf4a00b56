import type { Clock } from '../lib/clock.ts';

/**
 * Time as a session judges its client by: without the stalls of the event loop, in which a client
 * may have sent a sign of life that was not read.
 */
export class SessionTime {
  readonly startedAtMs: number;
  readonly #clock: Clock;
  #activeAtMs: number;
  #heartbeatAtMs: number;
  #checkedAtMs: number;
  #lostMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.startedAtMs = clock.now();
    this.#activeAtMs = this.startedAtMs;
    this.#heartbeatAtMs = this.startedAtMs;
    this.#checkedAtMs = this.startedAtMs;
  }

  /** ms on the relay's monotonic clock, minus the stalls until the last `pass`. */
  get nowMs(): number {
    return this.#clock.now() - this.#lostMs;
  }

  /** When something happened last in the call. */
  get activeAtMs(): number {
    return this.#activeAtMs;
  }

  /** Something happens in the call. */
  active(): void {
    this.#activeAtMs = this.nowMs;
  }

  /** Whether the last heartbeat was so long ago; true begins the next. */
  isHeartbeatDue(intervalMs: number): boolean {
    if (this.nowMs - this.#heartbeatAtMs < intervalMs) return false;
    this.#heartbeatAtMs = this.nowMs;
    return true;
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

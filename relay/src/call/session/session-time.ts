import type { Clock } from '../../base/lib/clock.ts';

/** How long before the longest duration of a call its client is warned, ms. */
const ENDING_TOLD_MS = 120_000;

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
  #isEndingTold = false;

  /** @param startedAtMs - of a call that began in another relay, on the relay's monotonic clock */
  constructor(clock: Clock, startedAtMs = clock.now()) {
    this.#clock = clock;
    this.startedAtMs = startedAtMs;
    this.#activeAtMs = clock.now();
    this.#heartbeatAtMs = this.#activeAtMs;
    this.#checkedAtMs = this.#activeAtMs;
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

  /**
   * Once, in time for a person to come to an end. A call that may last no longer is not warned.
   *
   * @returns ms until `durationMs` are over; undefined if no warning is due now
   */
  endingMs(durationMs: number): number | undefined {
    const leftMs = this.startedAtMs + durationMs - this.nowMs;
    if (this.#isEndingTold || durationMs <= ENDING_TOLD_MS || leftMs > ENDING_TOLD_MS) {
      return undefined;
    }
    this.#isEndingTold = true;
    return Math.max(0, leftMs);
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

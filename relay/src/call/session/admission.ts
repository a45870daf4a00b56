import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Problems } from '../../base/lib/problems.ts';

/** How often the lateness is looked at, beside each request for a new call, ms. */
const CHECK_INTERVAL_MS = 500;
/** Closed once this share of the last two seconds was lost to a late event loop … */
const CLOSE = { share: 0.5, windowMs: 2_000 };
/** … and open again once less than this share of the last three was. */
const REOPEN = { share: 0.1, windowMs: 3_000 };
/** How long the lateness is shown as a problem after its end, so that it is seen at all, ms. */
const SHOWN_AFTERWARDS_MS = 30_000;

export interface AdmissionOptions {
  readonly clock: Clock;
  readonly problems: Problems;
  readonly logger: Logger;
}

/**
 * Whether the process has room for another call. A relay that is late for the calls that it has
 * lets no more in; those that run, and those that come back to one, go on.
 */
export class Admission implements Disposable {
  readonly #options: AdmissionOptions;
  #sinceMs = Infinity;
  #isOpen = true;
  #closedAtMs = 0;
  #lateAtMs = -Infinity;
  #cancelCheck: () => void = () => {};

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#checkRegularly();
  }

  /** Whether a new call may begin now. */
  get isOpen(): boolean {
    this.#check();
    return this.#isOpen;
  }

  /** The start is over. Lateness during the start is not a sign of overload, so it is ignored. */
  begin(): void {
    this.#sinceMs = this.#options.clock.now();
  }

  [Symbol.dispose](): void {
    this.#cancelCheck();
  }

  #checkRegularly(): void {
    this.#check();
    this.#cancelCheck = this.#options.clock.after(CHECK_INTERVAL_MS, () => this.#checkRegularly());
  }

  #check(): void {
    const { clock, problems, logger } = this.#options;
    const nowMs = clock.now();
    if (this.#isOpen && this.#lostShare(CLOSE.windowMs) >= CLOSE.share) {
      this.#isOpen = false;
      this.#closedAtMs = nowMs;
      problems.report('event_loop_late');
      logger.warn('the event loop is late: no new calls');
    } else if (!this.#isOpen && this.#lostShare(REOPEN.windowMs) < REOPEN.share) {
      this.#isOpen = true;
      this.#lateAtMs = nowMs;
      const lateMs = Math.round(nowMs - this.#closedAtMs);
      logger.warn({ lateMs }, 'the event loop is in time again: new calls');
    }
    if (this.#isOpen && nowMs - this.#lateAtMs >= SHOWN_AFTERWARDS_MS) {
      problems.clear('event_loop_late');
    }
  }

  #lostShare(windowMs: number): number {
    const { clock } = this.#options;
    return clock.lostMs(Math.max(this.#sinceMs, clock.now() - windowMs)) / windowMs;
  }
}

import { dayOf } from '@parley/shared/time-zone';

/** Longer than any day of any zone. */
const LONGEST_DAY_MS = 26 * 3_600_000;

/** The days by which budgets are counted: those of one time zone. */
export class BudgetDay {
  readonly #timeZone: string;
  #key = '';
  #endsAtMs = Number.NEGATIVE_INFINITY;
  #beganBeforeMs = Number.POSITIVE_INFINITY;

  /** @param timeZone - IANA name */
  constructor(timeZone: string) {
    this.#timeZone = timeZone;
  }

  /** @param nowMs - since 1970. @returns ISO 8601, e.g. `2026-11-22` */
  keyAt(nowMs: number): string {
    if (nowMs >= this.#endsAtMs || nowMs < this.#beganBeforeMs) this.#find(nowMs);
    return this.#key;
  }

  /** When the day of an instant ends; both are ms since 1970. */
  endAfter(nowMs: number): number {
    this.keyAt(nowMs);
    return this.#endsAtMs;
  }

  /** When the day of an instant began; both are ms since 1970. */
  beginningOf(nowMs: number): number {
    const key = this.keyAt(nowMs);
    return (
      this.#lastWith((ms) => dayOf(ms, this.#timeZone) < key, nowMs - LONGEST_DAY_MS, nowMs) + 1
    );
  }

  /** Once a day, or if the clock was set back: days are as long as their zone makes them. */
  #find(nowMs: number): void {
    const key = dayOf(nowMs, this.#timeZone);
    const isSameDay = (ms: number) => dayOf(ms, this.#timeZone) === key;
    this.#key = key;
    this.#endsAtMs = this.#lastWith(isSameDay, nowMs, nowMs + LONGEST_DAY_MS) + 1;
    this.#beganBeforeMs = nowMs;
  }

  /** The last ms of which something holds, if it holds at `fromMs` and not any more at `toMs`. */
  #lastWith(holds: (ms: number) => boolean, fromMs: number, toMs: number): number {
    let [within, beyond] = [fromMs, toMs];
    while (beyond - within > 1) {
      const middle = Math.floor((within + beyond) / 2);
      if (holds(middle)) within = middle;
      else beyond = middle;
    }
    return within;
  }
}

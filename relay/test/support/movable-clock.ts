import { AsyncResource } from 'node:async_hooks';
import { systemClock, type Clock } from '../../src/base/lib/clock.ts';
import { settle } from '../../src/base/lib/clock.fake.ts';

/** So long nothing has run before time is moved on: all that this process does itself is done then. */
const QUIET_MS = 5;
/** What the loop may do meanwhile, for the test itself. */
const BUSY_MS = 2;
/** Of time that is moved on at once: less than any deadline, more than most intervals. */
const STEP_MS = 100;
/**
 * Before time is moved on by more than a second, so many such moments in a row: on a busy machine an
 * address that is looked up, or a file that is read, takes longer than one.
 */
const MOMENTS_BEFORE_LEAP = 8;
const LEAP_MS = 1_000;
/** Later timers, such as the check of a day, are not what a test waits for. */
const LONGEST_SKIP_MS = 60_000;

interface Timer {
  readonly dueMs: number;
  readonly action: () => void;
  /** Undefined while it is being armed. */
  cancel: (() => void) | undefined;
}

/**
 * Real time that a test may move on, so that deadlines pass without being waited for. Sockets are
 * real; clients and vendors in this process are not in it, and take the time that they take.
 */
export class MovableClock implements Clock {
  #aheadMs = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return systemClock.now() + this.#aheadMs;
  }

  after(delayMs: number, action: () => void): () => void {
    // A timer's work belongs to the session that asked for it, not to the test that moves time on.
    const bound = AsyncResource.bind(action);
    const timer: Timer = { dueMs: this.now() + delayMs, action: bound, cancel: undefined };
    this.#arm(timer);
    return () => this.#remove(timer);
  }

  lostMs(sinceMs: number): number {
    return systemClock.lostMs(sinceMs - this.#aheadMs);
  }

  /** Moves time on, and runs what falls due in its order. */
  async advance(ms: number): Promise<void> {
    const endMs = this.now() + ms;
    for (;;) {
      await settle();
      const next = this.#next();
      if (next === undefined || next.dueMs > endMs) break;
      this.#run(next);
    }
    this.#moveTo(endMs);
  }

  /** Resolves with `work`. As long as nothing happens, time moves on to what is due next. */
  async skip<T>(work: PromiseLike<T>): Promise<T> {
    const state = { isOver: false };
    const over = () => {
      state.isOver = true;
    };
    work.then(over, over);
    let quietMoments = 0;
    while (!state.isOver) {
      quietMoments = (await staysQuiet()) ? quietMoments + 1 : 0;
      const next = this.#next();
      if (quietMoments === 0 || state.isOver || next === undefined) continue;
      const leftMs = next.dueMs - this.now();
      if (leftMs > LONGEST_SKIP_MS) continue;
      if (leftMs > LEAP_MS && quietMoments < MOMENTS_BEFORE_LEAP) continue;
      quietMoments = 0;
      await this.advance(Math.max(0, leftMs) + STEP_MS);
    }
    return work;
  }

  #next(): Timer | undefined {
    return [...this.#timers].toSorted((a, b) => a.dueMs - b.dueMs)[0];
  }

  #run(timer: Timer): void {
    this.#remove(timer);
    this.#moveTo(timer.dueMs);
    timer.action();
  }

  #moveTo(ms: number): void {
    const aheadMs = Math.max(0, ms - this.now());
    if (aheadMs === 0) return;
    this.#aheadMs += aheadMs;
    for (const timer of [...this.#timers]) {
      timer.cancel?.();
      this.#arm(timer);
    }
  }

  #arm(timer: Timer): void {
    this.#timers.add(timer);
    timer.cancel = systemClock.after(Math.max(0, timer.dueMs - this.now()), () => {
      this.#timers.delete(timer);
      timer.action();
    });
  }

  #remove(timer: Timer): void {
    timer.cancel?.();
    this.#timers.delete(timer);
  }
}

/** Resolves after a moment with whether nothing ran in it. */
async function staysQuiet(): Promise<boolean> {
  const before = performance.eventLoopUtilization();
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  return performance.eventLoopUtilization(before).active < BUSY_MS;
}

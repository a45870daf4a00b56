import { outsideBoundaries } from './error-boundary.ts';

/** How often the event loop is expected to come round, ms. */
export const TICK_MS = 50;

/** A timer that is this late is not held up: the loop, or the machine, was only busy, ms. */
const TOLERANCE_MS = 30;

/** Stalls that are remembered; with one at each tick, more than three minutes of them. */
const MAX_STALLS = 4_096;

interface Stall {
  readonly endMs: number;
  /** Of all stalls up to and including this one, ms. */
  readonly totalMs: number;
}

/** Monotonic time, and waiting; injected so that tests need not wait. */
export interface Clock {
  /** Monotonic ms, fractional. */
  now(): number;
  /**
   * Calls `action` once, `delayMs` from now.
   *
   * @returns its canceller
   */
  after(delayMs: number, action: () => void): () => void;
  /**
   * How much of the time since the instant `sinceMs` this process could do nothing in, because its
   * event loop was held up, ms. Another's lateness is judged without it, see `deadline.ts`.
   */
  lostMs(sinceMs: number): number;
}

/** Longest delay `setTimeout` knows, 24.8 days; a longer one it takes for none at all. */
const MAX_TIMER_MS = 2 ** 31 - 1;

let stalls: EventLoopStalls | undefined;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, action) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      timer = setTimeout(
        () => (leftMs > MAX_TIMER_MS ? wait(leftMs - MAX_TIMER_MS) : action()),
        Math.min(leftMs, MAX_TIMER_MS),
      );
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
  lostMs(sinceMs) {
    stalls ??= watchEventLoop();
    return stalls.lostMs(sinceMs, performance.now());
  },
};

/** From the first question on, for as long as the thread lives: there is one event loop. */
function watchEventLoop(): EventLoopStalls {
  const watched = new EventLoopStalls(performance.now());
  outsideBoundaries(() => setInterval(() => watched.tick(performance.now()), TICK_MS)).unref();
  return watched;
}

/** Resolves after `delayMs`, or as soon as the signal is aborted; never rejects. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || delayMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal.addEventListener('abort', done);
  });
}

/** Resolves once all else that is due had its turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * When the event loop of this thread was held up, and for how long: by work of our own, by a
 * garbage collection, or because the machine gave the processor to others.
 *
 * The delay is known from a tick that should come every `TICK_MS`. While a tick is late, nothing
 * could be read, sent or decided.
 */
export class EventLoopStalls {
  readonly #stalls: Stall[] = [];
  /** Of those before the ones that are remembered. */
  #forgottenMs = 0;
  #tickedAtMs: number;

  /** @param nowMs - monotonic, like all instants here */
  constructor(nowMs: number) {
    this.#tickedAtMs = nowMs;
  }

  /** To be called every `TICK_MS`. */
  tick(nowMs: number): void {
    const lateMs = this.#lateMs(nowMs);
    this.#tickedAtMs = nowMs;
    if (lateMs === 0) return;
    this.#stalls.push({ endMs: nowMs, totalMs: this.#totalMs + lateMs });
    if (this.#stalls.length > MAX_STALLS) this.#forgottenMs = this.#stalls.shift()!.totalMs;
  }

  /** How much of the time since `sinceMs` was lost, a stall that lasts until now included. */
  lostMs(sinceMs: number, nowMs: number): number {
    const before = this.#stalls.findLast(({ endMs }) => endMs <= sinceMs);
    const lostMs = this.#totalMs - (before?.totalMs ?? this.#forgottenMs) + this.#lateMs(nowMs);
    return Math.min(lostMs, Math.max(0, nowMs - sinceMs));
  }

  get #totalMs(): number {
    return this.#stalls.at(-1)?.totalMs ?? this.#forgottenMs;
  }

  #lateMs(nowMs: number): number {
    const lateMs = nowMs - this.#tickedAtMs - TICK_MS;
    return lateMs > TOLERANCE_MS ? lateMs : 0;
  }
}

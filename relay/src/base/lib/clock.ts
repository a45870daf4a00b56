import { outsideBoundaries } from './error-boundary.ts';
import { EventLoopStalls, TICK_MS } from './event-loop-stalls.ts';

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

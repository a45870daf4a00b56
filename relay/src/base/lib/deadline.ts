import type { Clock } from './clock.ts';

/**
 * The reason of signals that are aborted in every turn, because their work is over or not wanted
 * any more. Without one, `abort()` makes an error with a stack each time, which takes longer than
 * passing on several chunks of speech.
 */
export const OVER = new DOMException('It is over, or not wanted any more.', 'AbortError');

/** The most that a deadline is put off, ms: even in a process that is held up for good it ends. */
const MAX_EXTENSION_MS = 30_000;

/** The time since `sinceMs` in which this process could have read an answer, ms. */
export function actedMs(clock: Clock, sinceMs: number): number {
  return clock.now() - sinceMs - clock.lostMs(sinceMs);
}

/**
 * Like `clock.after`, for what another side may be blamed for: an answer that did not come.
 *
 * Counts only the time in which this process could act, and reads what has arrived before it
 * judges: in a process that was held up, timers come before the answers that were in time.
 *
 * @returns its canceller
 */
export function afterDeadline(clock: Clock, delayMs: number, action: () => void): () => void {
  const startedAtMs = clock.now();
  let immediate: NodeJS.Immediate | undefined;
  let cancel: () => void;
  const judge = () => {
    const elapsedMs = clock.now() - startedAtMs;
    const leftMs = Math.min(
      delayMs - actedMs(clock, startedAtMs),
      delayMs + MAX_EXTENSION_MS - elapsedMs,
    );
    if (leftMs >= 1) wait(leftMs);
    else action();
  };
  const wait = (leftMs: number) => {
    cancel = clock.after(leftMs, () => {
      immediate = setImmediate(judge);
    });
  };
  // From the first question on the event loop is watched.
  clock.lostMs(startedAtMs);
  wait(delayMs);
  return () => {
    cancel();
    clearImmediate(immediate);
  };
}

/**
 * Holds a promise to a deadline, of time in which this process can act.
 *
 * The loser of the race is not left dangling: its late rejection is swallowed, and the caller's
 * signal (which it should abort on the thrown error) stops the work itself.
 *
 * @param late - makes the error to throw at the deadline
 */
export async function withDeadline<T>(
  work: Promise<T>,
  deadlineMs: number,
  clock: Clock,
  late: () => Error,
): Promise<T> {
  let cancel: () => void = () => {};
  const timeout = new Promise<never>((_, reject) => {
    cancel = afterDeadline(clock, deadlineMs, () => reject(late()));
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    cancel();
    work.catch(() => {});
  }
}

/** Resolves once the signal is aborted; its listener stays until then. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

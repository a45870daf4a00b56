import type { Clock } from './clock.ts';

/**
 * Holds a promise to a deadline.
 *
 * What loses the race is not left dangling: its late rejection is swallowed, and the caller's
 * signal (which it should abort on the thrown error) is what stops the work itself.
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
    cancel = clock.after(deadlineMs, () => reject(late()));
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    cancel();
    work.catch(() => {});
  }
}

/**
 * Passes items on, and throws where the source takes longer than `deadlineMs` for the next one.
 * The time the consumer takes is not counted. Ends the source, without waiting for it, however
 * the loop is left.
 *
 * @param atWorkSinceMs - asked at the deadline, which begins no earlier than this; undefined while
 *   the source itself waits for something that has a deadline of its own
 */
export async function* eachWithin<T>(
  source: AsyncIterable<T>,
  deadlineMs: number,
  clock: Clock,
  late: () => Error,
  atWorkSinceMs: () => number | undefined = () => 0,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await nextWithin(iterator, deadlineMs, clock, late, atWorkSinceMs);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // A source that hangs would hang `return()` too: a generator queues it behind `next()`.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

async function nextWithin<T>(
  iterator: AsyncIterator<T, unknown>,
  deadlineMs: number,
  clock: Clock,
  late: () => Error,
  atWorkSinceMs: () => number | undefined,
): Promise<IteratorResult<T, unknown>> {
  const work = iterator.next();
  const expired = Symbol('expired');
  const startedAtMs = clock.now();
  let leftMs = deadlineMs;
  work.catch(() => {});
  for (;;) {
    let cancel: () => void = () => {};
    const timeout = new Promise<typeof expired>((resolve) => {
      cancel = clock.after(leftMs, () => resolve(expired));
    });
    try {
      const result = await Promise.race([work, timeout]);
      if (result !== expired) return result;
      const sinceMs = atWorkSinceMs();
      const beganMs = sinceMs === undefined ? clock.now() : Math.max(startedAtMs, sinceMs);
      leftMs = beganMs + deadlineMs - clock.now();
      if (leftMs <= 0) throw late();
    } finally {
      cancel();
    }
  }
}

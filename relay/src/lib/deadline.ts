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

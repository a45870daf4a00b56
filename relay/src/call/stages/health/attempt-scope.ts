import { OVER, afterDeadline } from '../../../base/lib/deadline.ts';
import type { Clock } from '../../../base/lib/clock.ts';

/**
 * The signal, the deadline and the wait of one attempt. Disposing of it aborts the signal, cancels
 * the timer and removes the listener.
 */
export class AttemptScope {
  readonly #clock: Clock;
  readonly #parent: AbortSignal;
  readonly #controller = new AbortController();
  readonly #onAbort: () => void;
  #cancelDeadline: () => void = () => {};
  #interrupt: ((error: unknown) => void) | undefined;
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param onAbort - called in the moment of the abort: a verdict is given before the caller goes
   *   on, so that no event of an attempt follows the end of its turn
   */
  constructor(parent: AbortSignal, clock: Clock, onAbort: () => void = () => {}) {
    this.#parent = parent;
    this.#clock = clock;
    this.#onAbort = () => {
      this.#controller.abort(parent.reason);
      this.#interrupt?.(parent.reason);
      onAbort();
    };
    if (parent.aborted) this.#onAbort();
    else parent.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now; replaces the deadline set before. @param timeoutError - what `wait` then throws */
  setDeadline(delayMs: number, timeoutError: () => Error): void {
    this.#cancelDeadline();
    this.#cancelDeadline = afterDeadline(this.#clock, delayMs, () => this.fail(timeoutError()));
  }

  /** Ends the attempt from elsewhere: what waits, or will wait next, throws this. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#interrupt?.(error);
  }

  clearDeadline(): void {
    this.#cancelDeadline();
    this.#cancelDeadline = () => {};
  }

  /**
   * Waits for one thing at a time. If the deadline or the abort wins, the loser is not left
   * dangling: its late rejection is swallowed.
   *
   * @throws the deadline's error; the parent's reason when that is aborted
   */
  wait<T>(work: Promise<T>): Promise<T> {
    // An async function would keep twice as much for as long as it waits, of each call.
    return new Promise((resolve, reject) => {
      work.then(resolve, reject);
      if (this.#failure !== undefined) reject(this.#failure.error);
      else if (this.#parent.aborted) reject(this.#parent.reason);
      else this.#interrupt = reject;
    });
  }

  [Symbol.dispose](): void {
    this.#cancelDeadline();
    this.#parent.removeEventListener('abort', this.#onAbort);
    this.#controller.abort(OVER);
    // Work that still waits in it must not wait for ever.
    this.#interrupt?.(this.#parent.aborted ? this.#parent.reason : this.#controller.signal.reason);
  }
}

/** Ends a source without waiting for it: one that hangs would hang its `return` too. */
export function closeIterator(iterator: AsyncIterator<unknown>): void {
  void Promise.resolve(iterator.return?.()).catch(() => {});
}

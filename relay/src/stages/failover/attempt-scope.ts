import { OVER } from '../../lib/abort-reason.ts';
import type { Clock } from '../../lib/clock.ts';

/**
 * The signal, the deadline and the wait of one attempt. Whoever opens it disposes of it: its
 * signal is then aborted, its timer cancelled, its listener removed.
 */
export class AttemptScope {
  readonly #clock: Clock;
  readonly #parent: AbortSignal;
  readonly #controller = new AbortController();
  readonly #onAbort: () => void;
  #cancelDeadline: () => void = () => {};
  #interrupt: ((error: unknown) => void) | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(parent: AbortSignal, clock: Clock) {
    this.#parent = parent;
    this.#clock = clock;
    this.#onAbort = () => {
      this.#controller.abort(parent.reason);
      this.#interrupt?.(parent.reason);
    };
    if (parent.aborted) this.#onAbort();
    else parent.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the request itself was broken off. */
  get isAborted(): boolean {
    return this.#parent.aborted;
  }

  /** From now; replaces the deadline set before. `late` makes the error that `wait` throws. */
  expire(delayMs: number, late: () => Error): void {
    this.#cancelDeadline();
    this.#cancelDeadline = this.#clock.after(delayMs, () => this.fail(late()));
  }

  /** Ends the attempt from elsewhere: what waits, or will wait next, throws this. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#interrupt?.(error);
  }

  /** Takes the deadline away. */
  relax(): void {
    this.#cancelDeadline();
  }

  /**
   * Waits for one thing at a time. What loses against the deadline or the abort is not left
   * dangling: its late rejection is swallowed.
   *
   * @throws the deadline's error; the parent's reason when that is aborted
   */
  async wait<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {});
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#parent.aborted) throw this.#parent.reason;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#interrupt = reject;
    work.then(resolve, reject);
    try {
      return await promise;
    } finally {
      this.#interrupt = undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#cancelDeadline();
    this.#parent.removeEventListener('abort', this.#onAbort);
    this.#controller.abort(OVER);
    // Whoever disposes of it while another part still waits must not leave that waiting for ever.
    this.#interrupt?.(this.#parent.aborted ? this.#parent.reason : this.#controller.signal.reason);
  }
}

/** Ends a source without waiting for it: one that hangs would hang its `return` too. */
export function leave(iterator: AsyncIterator<unknown>): void {
  void Promise.resolve(iterator.return?.()).catch(() => {});
}

/**
 * Joins code that pushes (sockets, workers) to code that iterates.
 *
 * Bounded: `push` answers false once `limit` items wait, and the owner decides what that means.
 * Iterated by one consumer, without a generator in between. Leaving the loop early closes the queue.
 */
export class AsyncQueue<T> implements AsyncIterableIterator<T, undefined> {
  readonly #items: T[] = [];
  readonly #limit: number;
  readonly #onLeft: () => void;
  #state: { readonly kind: 'open' } | { readonly kind: 'closed'; readonly error?: unknown } = {
    kind: 'open',
  };
  #wake: (() => void) | undefined;
  #isLeft = false;

  /** @param onLeft - called once the reader has left its loop, early or at the end */
  constructor(limit: number, onLeft: () => void = () => {}) {
    this.#limit = limit;
    this.#onLeft = onLeft;
  }

  get size(): number {
    return this.#items.length;
  }

  /**
   * @param replaces - whether the newest of the waiting items gives way to this one
   * @returns false if the queue is full or closed and the item was not taken
   */
  push(item: T, replaces?: (waiting: T) => boolean): boolean {
    if (this.#state.kind === 'closed') return false;
    const newest = this.#items.at(-1);
    if (newest !== undefined && replaces?.(newest) === true) this.#items.pop();
    if (this.#items.length >= this.#limit) return false;
    this.#items.push(item);
    this.#wake?.();
    return true;
  }

  /** No more items will come; those that wait are still delivered. */
  close(): void {
    if (this.#state.kind === 'open') this.#state = { kind: 'closed' };
    this.#wake?.();
  }

  /** Like `close`, and the items that wait are dropped. */
  drop(): void {
    this.#items.length = 0;
    this.close();
  }

  /** Like `close`, and the consumer's loop throws after the items that wait. */
  fail(error: unknown): void {
    if (this.#state.kind === 'open') this.#state = { kind: 'closed', error };
    this.#wake?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#items.length > 0) return Promise.resolve(this.#take());
    // An async function would keep half as much again while it waits, which it does in each call.
    const woken = new Promise<void>((resolve) => {
      if (this.#state.kind === 'closed') resolve();
      else this.#wake = resolve;
    });
    return woken.then(() => this.#take());
  }

  /** The reader leaves. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  #take(): IteratorResult<T, undefined> | Promise<IteratorResult<T, undefined>> {
    this.#wake = undefined;
    if (this.#items.length > 0) return { done: false, value: this.#items.shift()! };
    const state = this.#state;
    if (state.kind === 'open') return this.next();
    this.#leave();
    if ('error' in state) throw state.error;
    return { done: true, value: undefined };
  }

  #leave(): void {
    this.#state = { kind: 'closed' };
    this.drop();
    if (!this.#isLeft) this.#onLeft();
    this.#isLeft = true;
  }
}

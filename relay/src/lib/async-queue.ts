/**
 * Joins code that pushes (sockets, workers) to code that iterates.
 *
 * Bounded: `push` answers false once `limit` items wait, and the owner decides what that means.
 * Iterated by one consumer. Leaving the loop early closes the queue.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #limit: number;
  readonly #onLeft: () => void;
  #state: { readonly kind: 'open' } | { readonly kind: 'closed'; readonly error?: unknown } = {
    kind: 'open',
  };
  #wake: (() => void) | undefined;

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

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        while (this.#items.length > 0) yield this.#items.shift()!;
        if (this.#state.kind === 'closed') {
          if ('error' in this.#state) throw this.#state.error;
          return;
        }
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    } finally {
      this.drop();
      this.#onLeft();
    }
  }
}

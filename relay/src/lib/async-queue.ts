/**
 * Joins code that pushes (sockets, workers) to code that iterates.
 *
 * Bounded: `push` answers false once `limit` items wait, and the owner decides what that means.
 * Iterated by one consumer. Leaving the loop early closes the queue.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #limit: number;
  #state: { readonly kind: 'open' } | { readonly kind: 'closed'; readonly error?: unknown } = {
    kind: 'open',
  };
  #wake: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#items.length;
  }

  /** @returns false where the queue is full or closed and the item was not taken */
  push(item: T): boolean {
    if (this.#state.kind === 'closed' || this.#items.length >= this.#limit) return false;
    this.#items.push(item);
    this.#wake?.();
    return true;
  }

  /** No more items will come; those that wait are still delivered. */
  close(): void {
    if (this.#state.kind === 'open') this.#state = { kind: 'closed' };
    this.#wake?.();
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
      this.close();
      this.#items.length = 0;
    }
  }
}

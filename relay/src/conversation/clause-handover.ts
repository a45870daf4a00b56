/**
 * Clauses on their way to a synthesizer, and which of them it has not begun to speak: those are
 * shown as text where it fails.
 */
export class ClauseHandover implements AsyncIterableIterator<string> {
  readonly #clauses: AsyncIterator<string, void, undefined>;
  readonly #onClause: () => void;
  readonly #unspoken: string[] = [];
  #waiting = 0;
  #latest: Promise<unknown> = Promise.resolve();

  constructor(clauses: AsyncIterator<string, void, undefined>, onClause: () => void) {
    this.#clauses = clauses;
    this.#onClause = onClause;
  }

  /** Whether the synthesizer waits for text. */
  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  // No `return`: when the synthesizer fails, the rest of the text must still be readable.
  next(): Promise<IteratorResult<string, void>> {
    const result = this.#next();
    this.#latest = result.catch(() => {});
    return result;
  }

  /** The synthesizer has begun to speak the oldest of them. */
  begun(): void {
    this.#unspoken.shift();
  }

  /** Those it has not begun, and one it may still be waiting for, which nobody else will read. */
  async *unspoken(): AsyncGenerator<string, void, undefined> {
    yield* this.#unspoken.splice(0);
    await this.#latest;
    yield* this.#unspoken.splice(0);
  }

  async #next(): Promise<IteratorResult<string, void>> {
    this.#waiting++;
    try {
      const result = await this.#clauses.next();
      if (result.done !== true) {
        this.#onClause();
        this.#unspoken.push(result.value);
      }
      return result;
    } finally {
      this.#waiting--;
    }
  }
}

/**
 * Clauses in runs: a run ends before the first clause that is known already, which is then
 * `known`, or with the text.
 */
export class PhraseSource {
  readonly #clauses: AsyncIterator<string, unknown>;
  readonly #isKnown: (clause: string) => boolean;
  #next: string | undefined;
  #isEnded = false;

  constructor(clauses: AsyncIterable<string>, isKnown: (clause: string) => boolean) {
    this.#clauses = clauses[Symbol.asyncIterator]();
    this.#isKnown = isKnown;
  }

  /** @returns the next clause without taking it; undefined at the end of the text */
  async peek(): Promise<string | undefined> {
    if (this.#next === undefined && !this.#isEnded) {
      const next = await this.#clauses.next();
      if (next.done === true) this.#isEnded = true;
      else this.#next = next.value;
    }
    return this.#next;
  }

  take(): string | undefined {
    const clause = this.#next;
    this.#next = undefined;
    return clause;
  }

  /** Clauses up to the next known one, read as they are asked for. */
  async *run(): AsyncGenerator<string, void, undefined> {
    for (;;) {
      const clause = await this.peek();
      if (clause === undefined || this.#isKnown(clause)) return;
      this.take();
      yield clause;
    }
  }

  /** Nobody reads on. */
  close(): void {
    void Promise.resolve(this.#clauses.return?.()).catch(() => {});
  }
}

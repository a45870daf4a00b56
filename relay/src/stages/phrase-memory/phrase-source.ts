/**
 * Clauses in runs: a run ends before the first clause that is known already, or with the text.
 * What a run handed over and nobody began can be given back.
 */
export class PhraseSource {
  readonly #clauses: AsyncIterator<string, unknown>;
  /** Read and not taken, in order. */
  #waiting: string[] = [];
  /** Taken by the present run and not begun, in order. */
  #handedOver: string[] = [];
  #reading: Promise<void> | undefined;
  #isEnded = false;
  /** A run that was given up may still wait for a clause: that belongs to the next one. */
  #generation = 0;

  constructor(clauses: AsyncIterable<string>) {
    this.#clauses = clauses[Symbol.asyncIterator]();
  }

  /** @returns the next clause without taking it; undefined at the end of the text */
  async peek(): Promise<string | undefined> {
    if (this.#waiting.length === 0 && !this.#isEnded) {
      this.#reading ??= this.#read();
      await this.#reading;
    }
    return this.#waiting[0];
  }

  take(): void {
    this.#waiting.shift();
  }

  /** Clauses up to the next known one, read as they are asked for. */
  async *run(isKnown: (clause: string) => boolean): AsyncGenerator<string, void, undefined> {
    const generation = ++this.#generation;
    this.#handedOver = [];
    for (;;) {
      const clause = await this.peek();
      if (generation !== this.#generation || clause === undefined || isKnown(clause)) return;
      this.take();
      this.#handedOver.push(clause);
      yield clause;
    }
  }

  /** A clause is being spoken; the rest of one that was begun before is none of those. */
  begun(text: string): void {
    if (this.#handedOver[0] === text) this.#handedOver.shift();
  }

  /**
   * The run is over: what it did not begin comes again.
   *
   * @returns the first clause that is there by now; undefined where it would have to be waited for
   */
  giveBack(): string | undefined {
    this.#generation++;
    this.#waiting.unshift(...this.#handedOver.splice(0));
    return this.#waiting[0];
  }

  /** Nobody reads on. */
  close(): void {
    void Promise.resolve(this.#clauses.return?.()).catch(() => {});
  }

  async #read(): Promise<void> {
    try {
      const next = await this.#clauses.next();
      if (next.done === true) this.#isEnded = true;
      else this.#waiting.push(next.value);
    } finally {
      this.#reading = undefined;
    }
  }
}

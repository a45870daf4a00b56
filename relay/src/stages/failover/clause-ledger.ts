/**
 * The clauses of one reply between their author and whoever speaks them: read once, handed over
 * as often as it takes, kept until they were delivered.
 */
export class ClauseLedger {
  readonly #source: AsyncIterator<string, unknown>;
  /** Not wholly delivered, in order; the first is the one that is spoken now. */
  readonly #pending: string[] = [];
  /** Whether part of the first of them went out. */
  #isHeadBegun = false;
  /** How many came before the first of them. */
  #delivered = 0;
  #reading: Promise<void> | undefined;
  #end: { readonly kind: 'open' | 'ended' } | { readonly kind: 'failed'; readonly error: unknown } =
    { kind: 'open' };

  constructor(clauses: AsyncIterable<string>) {
    this.#source = clauses[Symbol.asyncIterator]();
  }

  /** What is still to be spoken of the clause that is spoken now. */
  get head(): string | undefined {
    return this.#pending[0];
  }

  /** The words of a clause that broke off in the middle; undefined where none did. */
  get rest(): string | undefined {
    return this.#isHeadBegun ? this.head : undefined;
  }

  get isDone(): boolean {
    return this.#end.kind === 'ended' && this.#pending.length === 0;
  }

  /** Whether the text itself broke off, which is nobody's failure here. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#end.kind === 'failed' ? this.#end : undefined;
  }

  /** The clause that is spoken now was delivered to its end. */
  finishHead(): void {
    this.#pending.shift();
    this.#delivered++;
    this.#isHeadBegun = false;
  }

  /** Part of it went out, and it broke off. @param rest - words still to be spoken; empty for none */
  cutHead(rest: string): void {
    if (rest === '') return this.finishHead();
    this.#pending[0] = rest;
    this.#isHeadBegun = true;
  }

  /** Everything not yet delivered, from its exact word on, and then what is still to be written. */
  feed(onWaiting: () => void): ClauseFeed {
    let cursor = this.#delivered;
    return new ClauseFeed(onWaiting, {
      take: () => {
        const clause = this.#pending[cursor - this.#delivered];
        if (clause !== undefined) cursor++;
        return clause;
      },
      more: () => this.#read(),
    });
  }

  /** Nobody reads on. */
  close(): void {
    void Promise.resolve(this.#source.return?.()).catch(() => {});
  }

  /** @returns false at the end of the text */
  async #read(): Promise<boolean> {
    if (this.#end.kind === 'failed') throw this.#end.error;
    if (this.#end.kind === 'ended') return false;
    // One that was asked for by a provider that failed meanwhile belongs to the next one.
    this.#reading ??= this.#readOne();
    await this.#reading;
    return true;
  }

  async #readOne(): Promise<void> {
    try {
      const next = await this.#source.next();
      if (next.done === true) this.#end = { kind: 'ended' };
      else this.#pending.push(next.value);
    } catch (error) {
      this.#end = { kind: 'failed', error };
    } finally {
      this.#reading = undefined;
    }
  }
}

interface ClauseSupply {
  readonly take: () => string | undefined;
  readonly more: () => Promise<boolean>;
}

/** The clauses as one provider reads them. Leaving it does not end the text. */
export class ClauseFeed implements AsyncIterableIterator<string> {
  readonly #onWaiting: () => void;
  readonly #supply: ClauseSupply;
  #isWaiting = false;
  #isClosed = false;
  #handedOver = 0;
  #isExhausted = false;

  constructor(onWaiting: () => void, supply: ClauseSupply) {
    this.#onWaiting = onWaiting;
    this.#supply = supply;
  }

  /** Whether the provider waits for text: its silence is then no failure. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  get handedOver(): number {
    return this.#handedOver;
  }

  /** Whether the provider knows that no more text will come. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    while (!this.#isClosed) {
      const clause = this.#supply.take();
      if (clause !== undefined) {
        this.#handedOver++;
        return { done: false, value: clause };
      }
      this.#wait(true);
      try {
        this.#isExhausted = !(await this.#supply.more());
        if (this.#isExhausted) break;
      } finally {
        this.#wait(false);
      }
    }
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<string, undefined>> {
    this.#isClosed = true;
    return Promise.resolve({ done: true, value: undefined });
  }

  #wait(isWaiting: boolean): void {
    this.#isWaiting = isWaiting;
    if (!this.#isClosed) this.#onWaiting();
  }
}

/** What a clause that a synthesizer announces is to those it was given. */
export interface Announced {
  /**
   * `clause`: one that was not begun before, whole or its beginning. `rest`: the words of the
   * latest one that are still to be spoken, by another voice.
   */
  readonly kind: 'clause' | 'rest';
  /** Words that nobody was shown yet. */
  readonly caption: string;
}

/**
 * Clauses on their way to a synthesizer, and which of them it has not begun to speak: those are
 * shown as text where it fails.
 */
export class ClauseHandover implements AsyncIterableIterator<string> {
  readonly #clauses: AsyncIterator<string, void, undefined>;
  readonly #onClause: (text: string) => void;
  readonly #unspoken: string[] = [];
  /** The clause that was begun last, and how much of it was shown. */
  #current = { text: '', shown: '' };
  #waiting = 0;
  #latest: Promise<unknown> = Promise.resolve();

  constructor(clauses: AsyncIterator<string, void, undefined>, onClause: (text: string) => void) {
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

  /**
   * The synthesizer has begun to speak `text`: the oldest clause it had not begun, or, after its
   * provider failed in the middle of one, the rest of that.
   */
  begun(text: string): Announced {
    const current = this.#current;
    const next = this.#unspoken[0];
    if (text !== next && isEnd(text, current.text)) {
      // Announced in full before: everyone has these words already.
      const isShown = current.shown === current.text;
      current.shown = current.text;
      return { kind: 'rest', caption: isShown ? '' : text };
    }
    this.#unspoken.shift();
    const isPart = next !== undefined && next.startsWith(`${text} `);
    this.#current = { text: isPart ? next : text, shown: text };
    return { kind: 'clause', caption: text };
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
        this.#onClause(result.value);
        this.#unspoken.push(result.value);
      }
      return result;
    } finally {
      this.#waiting--;
    }
  }
}

/** Whether `text` is the last words of `clause`, or all of them. */
function isEnd(text: string, clause: string): boolean {
  return text !== '' && (text === clause || clause.endsWith(` ${text}`));
}

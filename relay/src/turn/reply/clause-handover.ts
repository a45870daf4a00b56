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
  readonly #nowMs: () => number;
  readonly #unspoken: string[] = [];
  /** The clause that was begun last, and how much of it was shown. */
  #current = { text: '', shown: '' };
  /** How much of it is not spoken: all that was announced of it and has had no voice since. */
  #voiceless = '';
  #waiting = 0;
  #atWorkSinceMs: number;
  #latest: Promise<unknown> = Promise.resolve();

  constructor(
    clauses: AsyncIterator<string, void, undefined>,
    onClause: (text: string) => void,
    nowMs: () => number,
  ) {
    this.#clauses = clauses;
    this.#onClause = onClause;
    this.#nowMs = nowMs;
    this.#atWorkSinceMs = nowMs();
  }

  /** Since when the synthesizer has all the text it asked for; undefined while it waits for some. */
  get atWorkSinceMs(): number | undefined {
    return this.#waiting > 0 ? undefined : this.#atWorkSinceMs;
  }

  /** Words that were announced, and so shown, and then had no voice; empty for none. */
  get voiceless(): string {
    return this.#voiceless;
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
    this.#voiceless = text;
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

  /** There is voice for what was begun last. */
  voiced(): void {
    this.#voiceless = '';
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
      this.#atWorkSinceMs = this.#nowMs();
    }
  }
}

/** Whether `text` is the last words of `clause`, or all of them. */
function isEnd(text: string, clause: string): boolean {
  return text !== '' && (text === clause || clause.endsWith(` ${text}`));
}

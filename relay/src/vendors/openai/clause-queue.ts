/** Clauses begun beyond the one that is being delivered. */
const LOOK_AHEAD = 2;

/**
 * Takes clauses from a source one at a time and begins the work on each, up to two ahead of the
 * one in delivery. Ends when aborted, whatever the source is waiting for.
 */
export class ClauseQueue<Clause> {
  readonly #iterator: AsyncIterator<string>;
  readonly #begin: (text: string) => Clause;
  readonly #signal: AbortSignal;
  readonly #ahead: Promise<Clause | undefined>[] = [];
  #last: Promise<Clause | undefined> | undefined;
  readonly #aborted: Promise<undefined>;

  /** @param begin - must not throw */
  constructor(source: AsyncIterable<string>, begin: (text: string) => Clause, signal: AbortSignal) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#begin = begin;
    this.#signal = signal;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#aborted = promise;
    const onAbort = () => {
      resolve(undefined);
      // Not awaited: a generator that waits for its own source answers only after that.
      this.#iterator.return?.()?.catch(() => {});
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  }

  /** @returns undefined at the end of the source, and when aborted */
  async take(): Promise<Clause | undefined> {
    if (this.#ahead.length === 0) this.#pull();
    const clause = await Promise.race([this.#ahead.shift(), this.#aborted]);
    return this.#signal.aborted ? undefined : clause;
  }

  /** Begins what may be begun. */
  readAhead(): void {
    while (this.#ahead.length < LOOK_AHEAD && !this.#signal.aborted) this.#pull();
  }

  /** One `next` at a time: only generators can be asked again before they have answered. */
  #pull(): void {
    const before = this.#last;
    const next = (async () => {
      if (before !== undefined && (await before) === undefined) return undefined;
      const result = await this.#iterator.next();
      return result.done === true || this.#signal.aborted ? undefined : this.#begin(result.value);
    })();
    next.catch(() => {});
    this.#last = next;
    this.#ahead.push(next);
  }
}

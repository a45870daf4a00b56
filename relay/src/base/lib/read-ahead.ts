export interface ReadAheadOptions<In, Out> {
  /** Begins the work on an item; its failure is thrown in the item's turn. */
  readonly begin: (item: In) => Out | Promise<Out>;
  /** Items begun beyond the one that the reader has. */
  readonly ahead: number;
  readonly signal: AbortSignal;
}

/**
 * Begins the work on items before it is their turn, but not before the work on the first of them is
 * done. Results keep their order. Ends at once when aborted, even if the source never answers.
 */
export function readAhead<In, Out>(
  source: AsyncIterable<In>,
  options: ReadAheadOptions<In, Out>,
): ReadAhead<In, Out> {
  return new ReadAhead(source, options);
}

/** Not a generator: the `return` of one would wait for a `next` that is still running. */
class ReadAhead<In, Out> implements AsyncIterableIterator<Out, undefined> {
  readonly #source: AsyncIterator<In>;
  readonly #options: ReadAheadOptions<In, Out>;
  readonly #begun: Promise<{ readonly result: Out } | undefined>[] = [];
  readonly #over = Promise.withResolvers<undefined>();
  readonly #onAbort = () => void this.return();
  #last: Promise<In | undefined> = Promise.resolve(undefined);
  #isFirst = true;
  #isOver = false;

  constructor(source: AsyncIterable<In>, options: ReadAheadOptions<In, Out>) {
    this.#source = source[Symbol.asyncIterator]();
    this.#options = options;
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
    if (options.signal.aborted) this.#onAbort();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Out, undefined>> {
    if (this.#isOver) return this.return();
    try {
      const work = this.#begun.shift() ?? this.#pull();
      const current = await Promise.race([work, this.#over.promise]);
      if (current === undefined || this.#options.signal.aborted) return await this.return();
      while (this.#begun.length < this.#options.ahead) this.#begun.push(this.#pull());
      return { done: false, value: current.result };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  return(): Promise<IteratorResult<Out, undefined>> {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#over.resolve(undefined);
      this.#options.signal.removeEventListener('abort', this.#onAbort);
      // Not awaited: a generator that waits for its own source answers only after that.
      this.#source.return?.()?.catch(() => {});
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  #pull(): Promise<{ readonly result: Out } | undefined> {
    const item = this.#nextItem(this.#last);
    this.#last = item;
    const work = item.then(async (each) =>
      each === undefined ? undefined : { result: await this.#options.begin(each) },
    );
    // A failure is seen by the reader that awaits it; without a reader it does not matter.
    work.catch(() => {});
    return work;
  }

  /** One `next` at a time: only generators can be asked again before they have answered. */
  async #nextItem(before: Promise<In | undefined>): Promise<In | undefined> {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if ((!isFirst && (await before) === undefined) || this.#isOver) return undefined;
    const next = await this.#source.next();
    return next.done === true || this.#isOver ? undefined : next.value;
  }
}

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
export async function* readAhead<In, Out>(
  source: AsyncIterable<In>,
  { begin, ahead, signal }: ReadAheadOptions<In, Out>,
): AsyncGenerator<Out, void, undefined> {
  const items = source[Symbol.asyncIterator]();
  const begun: Promise<{ readonly result: Out } | undefined>[] = [];
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  let isOver = false;
  let last: Promise<{ readonly item: In } | undefined> | undefined;

  const end = () => {
    if (isOver) return;
    isOver = true;
    resolve(undefined);
    // Not awaited: a generator that waits for its own source answers only after that.
    items.return?.()?.catch(() => {});
  };
  /** One `next` at a time: only generators can be asked again before they have answered. */
  const nextItem = async (before: typeof last) => {
    if ((before !== undefined && (await before) === undefined) || isOver) return undefined;
    const next = await items.next();
    return next.done === true || isOver ? undefined : { item: next.value };
  };
  const pull = () => {
    last = nextItem(last);
    const work = last.then(async (next) => next && { result: await begin(next.item) });
    // A failure is seen by the reader that awaits it; without a reader it does not matter.
    work.catch(() => {});
    return work;
  };

  signal.addEventListener('abort', end, { once: true });
  try {
    while (!signal.aborted) {
      const current = await Promise.race([begun.shift() ?? pull(), over]);
      if (current === undefined || signal.aborted) return;
      while (begun.length < ahead) begun.push(pull());
      yield current.result;
    }
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

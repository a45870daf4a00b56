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
  if (signal.aborted) return;
  const iterator = source[Symbol.asyncIterator]();
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const onAbort = () => resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  let isOver = false;
  let last: Promise<In | undefined> | undefined;
  const pull = (): Promise<{ readonly result: Out } | undefined> => {
    const before = last;
    // One `next` at a time: only generators can be asked again before they have answered.
    const item = (async () => {
      if ((before !== undefined && (await before) === undefined) || isOver) return undefined;
      const next = await iterator.next();
      return next.done === true || isOver || signal.aborted ? undefined : next.value;
    })();
    last = item;
    const work = item.then(async (each) =>
      each === undefined ? undefined : { result: await begin(each) },
    );
    // A failure is seen by the reader that awaits it; without a reader it does not matter.
    work.catch(() => {});
    return work;
  };
  const begun: ReturnType<typeof pull>[] = [];
  try {
    for (;;) {
      const current = await Promise.race([begun.shift() ?? pull(), aborted]);
      if (current === undefined || signal.aborted) return;
      while (begun.length < ahead) begun.push(pull());
      yield current.result;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    isOver = true;
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a generator that waits for its own source answers only after that.
    iterator.return?.()?.catch(() => {});
  }
}

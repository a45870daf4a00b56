/**
 * Maps `source` with exactly one item prepared ahead: while the caller handles result n, item n + 1
 * is fetched and mapped. Results keep their order. Ends at once when aborted, even if `source` is
 * still waiting.
 */
export async function* mapWithLookAhead<In, Out>(
  source: AsyncIterable<In>,
  map: (item: In) => Promise<Out>,
  signal: AbortSignal,
): AsyncGenerator<Out, void, undefined> {
  if (signal.aborted) return;
  const iterator = source[Symbol.asyncIterator]();
  const { promise: aborted, resolve: onAbort } = Promise.withResolvers<undefined>();
  const listener = (): void => onAbort(undefined);
  signal.addEventListener('abort', listener, { once: true });

  const prepare = async (): Promise<{ readonly value: Out } | undefined> => {
    const next = await iterator.next();
    return next.done === true ? undefined : { value: await map(next.value) };
  };
  const startNext = (): ReturnType<typeof prepare> => {
    const pending = prepare();
    // The loop below sees the failure if it still awaits it; if not, the failure is of no use.
    pending.catch(() => {});
    return pending;
  };

  try {
    let ahead = startNext();
    while (true) {
      const current = await Promise.race([ahead, aborted]);
      if (current === undefined || signal.aborted) return;
      ahead = startNext();
      yield current.value;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', listener);
    // Not awaited: a generator that is still waiting for its own source answers only after that.
    iterator.return?.().catch(() => {});
  }
}

/**
 * Passes items on until the signal is aborted, then ends at once, without an error, however slow
 * the source is to notice. Leaving the loop early ends the source, too, without waiting for it.
 */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const aborted = Symbol('aborted');
  let stop: () => void = () => {};
  const whenAborted = new Promise<typeof aborted>((resolve) => {
    stop = () => resolve(aborted);
    signal.addEventListener('abort', stop);
  });
  try {
    while (!signal.aborted) {
      const next = iterator.next();
      next.catch(() => {});
      const result = await Promise.race([next, whenAborted]);
      if (result === aborted || result.done === true) return;
      yield result.value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

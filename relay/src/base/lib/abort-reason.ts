/**
 * The reason of signals that are aborted in every turn, because their work is over or not wanted
 * any more. Without one, `abort()` makes an error with a stack each time, which takes longer than
 * passing on several chunks of speech.
 */
export const OVER = new DOMException('It is over, or not wanted any more.', 'AbortError');

/** Resolves once the signal is aborted; its listener stays until then. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A pause that can be cut short. */
export class Wait {
  #end: (() => void) | undefined;

  /** Resolves after `ms`, when cut, or when aborted. */
  forMs(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    const end = () => resolve();
    signal.addEventListener('abort', end);
    this.#end = end;
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      if (this.#end === end) this.#end = undefined;
    });
  }

  cut(): void {
    this.#end?.();
  }
}

import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

const INTERVAL_MS = 60_000;
/** Lines of all clients in an interval: addresses are cheap. */
const MAX_OF_ALL = 200;

export interface RefusalLogOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Lines of one client in a minute. */
  readonly maxOfOne: number;
}

/**
 * The log lines that any stranger can cause as often as they like. The first of each client in a
 * minute are written; at its end one line says how many were left out, and from which client most.
 */
export class RefusalLog implements Disposable {
  readonly #options: RefusalLogOptions;
  /** Refusals by client, at most as many clients as lines are written. */
  readonly #counts = new Map<string, number>();
  #written = 0;
  #leftOut = 0;
  #cancelInterval: (() => void) | undefined;

  constructor(options: RefusalLogOptions) {
    this.#options = options;
  }

  /**
   * @param client - the address that was refused; undefined if it is not known any more
   * @returns whether there is a line of it
   */
  write(client: string | undefined, fields: object, message: string): boolean {
    const { logger, clock, maxOfOne } = this.#options;
    this.#cancelInterval ??= clock.after(INTERVAL_MS, () => this.#endInterval());
    const name = client ?? 'unknown';
    const count = (this.#counts.get(name) ?? 0) + 1;
    const isKnown = count > 1 || this.#counts.size < MAX_OF_ALL;
    if (isKnown) this.#counts.set(name, count);
    const isWritten = isKnown && count <= maxOfOne && this.#written < MAX_OF_ALL;
    if (isWritten) {
      this.#written++;
      logger.info({ ...fields, client }, message);
    } else {
      this.#leftOut++;
    }
    return isWritten;
  }

  [Symbol.dispose](): void {
    this.#cancelInterval?.();
    this.#endInterval();
  }

  #endInterval(): void {
    const leftOut = this.#leftOut;
    if (leftOut > 0) {
      const [mostOf, refusals] = [...this.#counts].toSorted((a, b) => b[1] - a[1])[0]!;
      this.#options.logger.warn({ leftOut, mostOf, refusals }, 'refusals left out of the log');
    }
    this.#cancelInterval = undefined;
    this.#counts.clear();
    this.#written = 0;
    this.#leftOut = 0;
  }
}

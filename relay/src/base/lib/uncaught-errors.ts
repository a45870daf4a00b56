import type { Clock } from './clock.ts';
import { presentBoundary } from './error-boundary.ts';
import type { Logger } from './logger.ts';
import type { Problems } from './problems.ts';

/** How long `/health` speaks of an error that belonged to no call. */
const PRESENT_MS = 600_000;
/** Of errors that come again and again, these are logged in each interval, then their number. */
const MAX_LOGGED = 10;
const LOG_INTERVAL_MS = 60_000;

export interface UncaughtErrorsOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly problems: Problems;
}

/**
 * Errors that no code caught: an exception in a timer or event, a rejection without a handler. Such
 * an error ends the work that it belongs to, e.g. a session, and never the process. An error that
 * belongs to no such work is logged and counted.
 */
export class UncaughtErrors implements Disposable {
  readonly #options: UncaughtErrorsOptions;
  #count = 0;
  #logged = 0;
  #leftOut = 0;
  #cancelInterval: (() => void) | undefined;
  #cancelProblem = () => {};

  constructor(options: UncaughtErrorsOptions) {
    this.#options = options;
    process.on('uncaughtException', this.#onError);
    process.on('unhandledRejection', this.#onError);
  }

  [Symbol.dispose](): void {
    process.off('uncaughtException', this.#onError);
    process.off('unhandledRejection', this.#onError);
    this.#cancelInterval?.();
    this.#cancelProblem();
  }

  readonly #onError = (error: unknown): void => {
    // An exception in here would end the process after all.
    try {
      const boundary = presentBoundary();
      if (boundary === undefined) this.#failed(error);
      else boundary.failed(error);
    } catch (furtherError) {
      this.#failed(furtherError);
    }
  };

  #failed(err: unknown): void {
    const { logger, clock, problems } = this.#options;
    this.#count++;
    const times = this.#count === 1 ? 'once' : `${this.#count} times`;
    problems.report('internal_error', `Something failed that belongs to no call, ${times} so far.`);
    this.#cancelProblem();
    this.#cancelProblem = clock.after(PRESENT_MS, () => problems.clear('internal_error'));
    this.#cancelInterval ??= clock.after(LOG_INTERVAL_MS, () => this.#intervalEnded());
    if (this.#logged < MAX_LOGGED) logger.error({ err }, 'an error that belongs to no call');
    else this.#leftOut++;
    this.#logged++;
  }

  #intervalEnded(): void {
    const leftOut = this.#leftOut;
    this.#cancelInterval = undefined;
    this.#logged = 0;
    this.#leftOut = 0;
    if (leftOut > 0) {
      this.#options.logger.error({ leftOut }, 'further errors that belong to no call');
    }
  }
}

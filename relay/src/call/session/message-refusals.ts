import type { Logger } from '../../base/lib/logger.ts';

/** Refused messages of a session that each have a line of the log. */
const LOGGED_REFUSALS = 10;

/**
 * The log lines of a session's refused messages: the first ten, and then ever fewer, because a
 * client can cause them as often as it likes.
 */
export class MessageRefusals {
  readonly #logger: Logger;
  #count = 0;
  /** Which of them was logged last. */
  #logged = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(fields: object): void {
    const count = ++this.#count;
    if (count > LOGGED_REFUSALS && !Number.isInteger(Math.log2(count))) return;
    const leftOut = count - this.#logged - 1;
    this.#logged = count;
    this.#logger.info({ ...fields, leftOut: leftOut || undefined }, 'message refused');
  }
}

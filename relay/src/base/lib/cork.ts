import type { Writable } from 'node:stream';

/**
 * Makes what is written in one go leave in one system call, which costs more than everything else
 * about a small message. Nothing waits for anything that is yet to happen.
 */
export class Cork {
  readonly #stream: Writable;
  #isIn = false;
  #isFirst = true;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Holds back writes until the code that runs now has ended, promises included. */
  hold(): void {
    if (this.#isIn) return;
    this.#isIn = true;
    this.#stream.cork();
    process.nextTick(() => this.release());
  }

  /**
   * Lets go of something urgent at once. What follows in the same run is held back again, and
   * leaves together with the rest: the receiver waits for the first write only.
   */
  hurry(): void {
    if (!this.#isFirst) return;
    this.#isFirst = false;
    process.nextTick(() => (this.#isFirst = true));
    this.release();
  }

  /** Lets go at once, if what comes next would throw away what is held back. */
  release(): void {
    if (!this.#isIn) return;
    this.#isIn = false;
    this.#stream.uncork();
  }
}

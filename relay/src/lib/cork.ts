import type { Writable } from 'node:stream';

/**
 * Makes what is written in one go leave in one system call, which costs more than everything else
 * about a small message. Nothing waits for anything that is yet to happen.
 */
export class Cork {
  readonly #stream: Writable;
  #isIn = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Holds back writes until whatever runs now has come to its end, promises included. */
  hold(): void {
    if (this.#isIn) return;
    this.#isIn = true;
    this.#stream.cork();
    process.nextTick(() => this.release());
  }

  /** Lets go at once, where what comes next would throw away what is held back. */
  release(): void {
    if (!this.#isIn) return;
    this.#isIn = false;
    this.#stream.uncork();
  }
}

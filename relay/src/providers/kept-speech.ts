/**
 * What was said so far, to say it again to someone else.
 *
 * Holds the pieces as they came, without a copy: they are the memory in which they arrived, and
 * nobody writes into it any more.
 */
export class KeptSpeech {
  readonly #maxSamples: number;
  #pieces: Int16Array[] = [];
  #length = 0;
  #isWhole = true;

  /** @param maxSamples - what comes after as many is not kept */
  constructor(maxSamples: number) {
    this.#maxSamples = maxSamples;
  }

  /** Samples kept. */
  get length(): number {
    return this.#length;
  }

  /** Whether that is all there was. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  add(samples: Int16Array): void {
    if (!this.#isWhole || this.#length + samples.length > this.#maxSamples) {
      this.#isWhole = false;
      return;
    }
    this.#pieces.push(samples);
    this.#length += samples.length;
  }

  /** In order of arrival. @param samples - as many from the beginning, to the end of a piece */
  *pieces(samples = Number.POSITIVE_INFINITY): Generator<Int16Array, void, undefined> {
    let given = 0;
    for (const piece of this.#pieces) {
      if (given >= samples) return;
      given += piece.length;
      yield piece;
    }
  }

  /** Gives the memory back; nothing is kept any more. */
  release(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#isWhole = false;
  }
}

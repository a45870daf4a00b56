/** Two seconds at 16 kHz: most utterances need to grow it once or twice. */
const INITIAL_SAMPLES = 32_000;
/** As long as the pieces in which it came: no recogniser is given a minute at once. */
const PIECE_SAMPLES = 1_600;

/**
 * What was said so far, to say it again to someone else.
 *
 * One buffer that grows: a piece of its own for each chunk costs several times as much, nearly all
 * of it in giving back memory.
 */
export class KeptSpeech {
  readonly #maxSamples: number;
  #buffer: Int16Array = new Int16Array(0);
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
    const length = this.#length + samples.length;
    if (!this.#isWhole || length > this.#maxSamples) {
      this.#isWhole = false;
      return;
    }
    if (length > this.#buffer.length) this.#grow(length);
    this.#buffer.set(samples, this.#length);
    this.#length = length;
  }

  /** Views of it, valid until something is added. */
  *pieces(): Generator<Int16Array, void, undefined> {
    for (let start = 0; start < this.#length; start += PIECE_SAMPLES) {
      yield this.#buffer.subarray(start, Math.min(start + PIECE_SAMPLES, this.#length));
    }
  }

  /** Gives the memory back; nothing is kept any more. */
  release(): void {
    this.#buffer = new Int16Array(0);
    this.#length = 0;
    this.#isWhole = false;
  }

  #grow(length: number): void {
    const wanted = Math.max(length, 2 * this.#buffer.length, INITIAL_SAMPLES);
    const buffer = new Int16Array(Math.min(wanted, this.#maxSamples));
    buffer.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = buffer;
  }
}

/** Audio of one utterance, kept so that it can be decoded again from its beginning. */
export class UtteranceAudio {
  readonly #chunks: Int16Array[] = [];
  readonly #maxSamples: number;
  #samples = 0;
  #kept = 0;
  /** The chunk that is read next, and how far it has been read. */
  #chunk = 0;
  #offset = 0;
  #unread = 0;
  #isWhole = true;

  /** @param maxSamples - that are kept; 16-bit samples at 16 kHz */
  constructor(maxSamples: number) {
    this.#maxSamples = maxSamples;
  }

  /** What has been added in all, whether or not it is still kept. */
  get samples(): number {
    return this.#samples;
  }

  get unread(): number {
    return this.#unread;
  }

  /** Whether its beginning is still kept. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /**
   * Keeps a copy; forgets what has been read, from the beginning, if it is too much.
   *
   * @returns whether there was room: what has not been read is not forgotten
   */
  add(samples: Int16Array): boolean {
    if (this.#unread + samples.length > this.#maxSamples) return false;
    this.#chunks.push(samples.slice());
    this.#samples += samples.length;
    this.#kept += samples.length;
    this.#unread += samples.length;
    while (this.#kept > this.#maxSamples && this.#chunk > 0) {
      this.#isWhole = false;
      this.#kept -= this.#chunks.shift()!.length;
      this.#chunk -= 1;
    }
    return true;
  }

  /** @returns the next samples in memory of their own, at most so many; undefined if all are read */
  read(maxSamples: number): Int16Array<ArrayBuffer> | undefined {
    if (this.#unread === 0) return undefined;
    const joined = new Int16Array(Math.min(this.#unread, maxSamples));
    for (let filled = 0; filled < joined.length;) {
      const chunk = this.#chunks[this.#chunk]!;
      const part = chunk.subarray(this.#offset, this.#offset + joined.length - filled);
      joined.set(part, filled);
      filled += part.length;
      this.#offset += part.length;
      if (this.#offset < chunk.length) continue;
      this.#chunk += 1;
      this.#offset = 0;
    }
    this.#unread -= joined.length;
    return joined;
  }

  /** Reads from the beginning again; only if it `isWhole`. */
  rewind(): void {
    this.#chunk = 0;
    this.#offset = 0;
    this.#unread = this.#samples;
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#kept = 0;
    this.#chunk = 0;
    this.#offset = 0;
    this.#unread = 0;
  }
}

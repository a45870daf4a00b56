/** Length of a block, samples: a quarter of a second of speech at 16 kHz, 8 kB. */
export const BLOCK_SAMPLES = 4_000;
/** Blocks kept for the next who asks: 32 MB. */
const MAX_IDLE = 4_096;
/** Blocks in use at most: 512 MB, what a thousand people say in a quarter of a minute. */
const MAX_IN_USE = 65_536;

/**
 * Memory for audio that is used again and again, and is bounded for all its users together.
 *
 * What is kept for seconds and then thrown away outlives the collector's young generation; with
 * many speakers that comes to tens of megabytes a second, each of which brings the next collection
 * of the whole heap nearer. Here nothing is thrown away.
 */
export class SampleBlocks {
  readonly #idle: Int16Array[] = [];
  readonly #maxInUse: number;
  #inUse = 0;

  constructor(maxInUse = MAX_IN_USE) {
    this.#maxInUse = maxInUse;
  }

  /** Blocks that are not in use. */
  get idle(): number {
    return this.#idle.length;
  }

  /**
   * A block with the samples of its last owner: nothing may be read before it is written.
   *
   * @returns undefined if as much is in use as may be
   */
  take(): Int16Array | undefined {
    if (this.#inUse >= this.#maxInUse) return undefined;
    this.#inUse += 1;
    return this.#idle.pop() ?? new Int16Array(Buffer.allocUnsafeSlow(BLOCK_SAMPLES * 2).buffer);
  }

  /** @param blocks - not to be read or written any more */
  giveBack(blocks: readonly Int16Array[]): void {
    this.#inUse -= blocks.length;
    this.#idle.push(...blocks.slice(0, MAX_IDLE - this.#idle.length));
  }
}

/** Length of a block, samples: a second of speech at 16 kHz. */
export const BLOCK_SAMPLES = 16_000;
/** Blocks kept for the next who asks: 32 MB. */
const MAX_IDLE = 1_024;

/**
 * Memory for audio that is used again and again.
 *
 * What is kept for seconds and then thrown away outlives the collector's young generation; with
 * many speakers that comes to tens of megabytes a second, each of which brings the next collection
 * of the whole heap nearer. Here nothing is thrown away.
 */
export class SampleBlocks {
  readonly #idle: Int16Array[] = [];

  /** Blocks that are not in use. */
  get idle(): number {
    return this.#idle.length;
  }

  /** A block with the samples of its last owner: nothing may be read before it is written. */
  take(): Int16Array {
    return this.#idle.pop() ?? new Int16Array(Buffer.allocUnsafeSlow(BLOCK_SAMPLES * 2).buffer);
  }

  /** @param blocks - not to be read or written any more */
  giveBack(blocks: readonly Int16Array[]): void {
    for (const block of blocks) {
      if (this.#idle.length === MAX_IDLE) return;
      this.#idle.push(block);
    }
  }
}

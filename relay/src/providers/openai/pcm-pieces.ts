/**
 * Cuts a stream of bytes into PCM16 samples. Network pieces end anywhere, also in the middle of a
 * sample: its first byte waits for the second.
 */
export class PcmPieces {
  #carried: number | undefined;

  /** Whether the stream would end in the middle of a sample if it ended now. */
  get isBroken(): boolean {
    return this.#carried !== undefined;
  }

  /** @returns the samples that are complete by now; a view where memory and alignment allow it */
  push(bytes: Uint8Array): Int16Array {
    const hasCarried = this.#carried !== undefined;
    const total = bytes.length + (hasCarried ? 1 : 0);
    const count = total >> 1;
    if (!hasCarried && bytes.byteOffset % 2 === 0) {
      this.#carried = total % 2 === 0 ? undefined : bytes[bytes.length - 1];
      return new Int16Array(bytes.buffer, bytes.byteOffset, count);
    }
    const samples = new Int16Array(count);
    const target = new Uint8Array(samples.buffer);
    if (hasCarried && count > 0) target[0] = this.#carried!;
    const from = hasCarried ? 1 : 0;
    target.set(bytes.subarray(0, count * 2 - from), from);
    if (bytes.length > 0) this.#carried = total % 2 === 0 ? undefined : bytes[bytes.length - 1];
    return samples;
  }
}

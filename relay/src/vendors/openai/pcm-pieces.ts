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
    const carried = this.#carried;
    if (bytes.length === 0) return new Int16Array(0);
    const total = bytes.length + (carried === undefined ? 0 : 1);
    const count = total >> 1;
    this.#carried = total % 2 === 0 ? undefined : bytes.at(-1);
    if (carried === undefined && bytes.byteOffset % 2 === 0)
      return new Int16Array(bytes.buffer, bytes.byteOffset, count);
    const samples = new Int16Array(count);
    const target = new Uint8Array(samples.buffer);
    const from = carried === undefined ? 0 : 1;
    if (carried !== undefined) target[0] = carried;
    target.set(bytes.subarray(0, count * 2 - from), from);
    return samples;
  }
}

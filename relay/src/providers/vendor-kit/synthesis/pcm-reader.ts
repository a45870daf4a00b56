/**
 * Makes samples of PCM16 that arrives cut anywhere: at odd addresses, or in the middle of a sample,
 * whose first byte waits for the second.
 */
export class PcmReader {
  #carried: number | undefined;

  /** Whether the audio would end in the middle of a sample if it ended now. */
  get hasHalfSample(): boolean {
    return this.#carried !== undefined;
  }

  /**
   * @returns the samples that are whole by now, little-endian as they came; without a copy if the
   *   bytes lie on an even address and nothing is carried over
   */
  read(bytes: Uint8Array): Int16Array {
    if (bytes.length === 0) return new Int16Array(0);
    const carried = this.#carried;
    const from = carried === undefined ? 0 : 1;
    const count = (bytes.length + from) >> 1;
    this.#carried = count * 2 === bytes.length + from ? undefined : bytes.at(-1);
    if (carried === undefined && bytes.byteOffset % 2 === 0) {
      return new Int16Array(bytes.buffer, bytes.byteOffset, count);
    }
    const copy = new Uint8Array(count * 2);
    if (carried !== undefined) copy[0] = carried;
    copy.set(bytes.subarray(0, count * 2 - from), from);
    return new Int16Array(copy.buffer);
  }
}

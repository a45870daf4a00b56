/**
 * Makes samples of PCM16 that arrives cut anywhere: at odd addresses, or in the middle of a sample.
 * Without a copy where the bytes lie on an even address and nothing is carried over.
 */
export class PcmReader {
  #carried: number | undefined;

  /** @returns whole samples, little-endian as they came; may be none */
  read(bytes: Uint8Array): Int16Array {
    const carried = this.#carried;
    const length = bytes.length + (carried === undefined ? 0 : 1);
    const isOdd = length % 2 !== 0;
    this.#carried = isOdd ? bytes.at(-1) : undefined;
    const whole = isOdd ? bytes.subarray(0, -1) : bytes;
    if (bytes.length === 0) {
      this.#carried = carried;
      return new Int16Array(0);
    }
    if (carried === undefined && whole.byteOffset % 2 === 0) {
      return new Int16Array(whole.buffer, whole.byteOffset, whole.length / 2);
    }
    const copy = new Uint8Array(whole.length + (carried === undefined ? 0 : 1));
    if (carried !== undefined) copy[0] = carried;
    copy.set(whole, carried === undefined ? 0 : 1);
    return new Int16Array(copy.buffer);
  }

  /** A new stream begins; half a sample left of the one before is dropped. */
  reset(): void {
    this.#carried = undefined;
  }
}

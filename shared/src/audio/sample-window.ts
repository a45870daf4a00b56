/**
 * The stretch of a stream that is still needed, kept in one piece so that a filter can run over it.
 *
 * Samples are addressed by their index in the whole stream. Room is made by moving what is still
 * needed to the front, so nothing is allocated while audio runs.
 */
export class SampleWindow {
  readonly data: Float32Array;
  /** Stream index of `data[0]`. */
  #base: number;
  #length: number;

  /**
   * @param history zeros before the stream's first sample, so that a filter can begin there
   */
  constructor(capacity: number, history: number) {
    this.data = new Float32Array(capacity);
    this.#base = -history;
    this.#length = history;
  }

  /** Stream index one past the newest sample. */
  get end(): number {
    return this.#base + this.#length;
  }

  /** Where in `data` the sample with this stream index lies. */
  offsetOf(index: number): number {
    return index - this.#base;
  }

  /**
   * Takes as many samples as there is room for.
   *
   * @param keepFrom stream index of the oldest sample that is still needed
   * @param scale factor for each sample, e.g. 1/32768 for PCM16
   * @returns how many were taken
   */
  append(samples: Float32Array | Int16Array, keepFrom: number, scale = 1): number {
    if (this.#length + samples.length > this.data.length) this.#discardBefore(keepFrom);
    const count = Math.min(samples.length, this.data.length - this.#length);
    for (let i = 0; i < count; i += 1) this.data[this.#length + i] = samples[i]! * scale;
    this.#length += count;
    return count;
  }

  #discardBefore(index: number): void {
    const drop = Math.max(0, Math.min(this.#length, index - this.#base));
    this.data.copyWithin(0, drop, this.#length);
    this.#base += drop;
    this.#length -= drop;
  }
}

/** PCM16 of one utterance, kept for as long as it may be needed again. */
export class KeptAudio {
  readonly #maxSamples: number;
  #pieces: Int16Array[] = [];
  #samples = 0;

  constructor(maxSamples: number) {
    this.#maxSamples = maxSamples;
  }

  /** In order of arrival. */
  get pieces(): readonly Int16Array[] {
    return this.#pieces;
  }

  /** Takes a copy; what goes beyond the limit is not kept. */
  add(samples: Int16Array): void {
    if (this.#samples + samples.length > this.#maxSamples) return;
    this.#samples += samples.length;
    this.#pieces.push(samples.slice());
  }

  clear(): void {
    this.#pieces = [];
  }
}

/**
 * A mark in the lowest bits of 64 samples, inaudible: which utterance of which dialogue is heard,
 * and how far it has come. The scripted recogniser knows the words by it, and gets them when it
 * gets the audio, however that was cut, repeated or held up.
 */
export interface SampleMark {
  /** Number of the dialogue, below 1,024. */
  readonly run: number;
  /** Number of its utterance, below 16. */
  readonly utterance: number;
  /** From the beginning of the utterance to the first marked sample, ms; −10,000 to 250,000. */
  readonly offsetMs: number;
}

export const MARK_SAMPLES = 64;
const SYNC = 0xb5a3_6c1d;
const BIAS_MS = 10_000;

/** Writes into the first samples. @param pcm at least `MARK_SAMPLES` */
export function writeMark(pcm: Int16Array, { run, utterance, offsetMs }: SampleMark): void {
  const payload = ((run << 22) | (utterance << 18) | Math.round(offsetMs + BIAS_MS)) >>> 0;
  for (let bit = 0; bit < MARK_SAMPLES; bit += 1) {
    const word = bit < 32 ? SYNC : payload;
    pcm[bit] = (pcm[bit]! & ~1) | ((word >>> (31 - (bit % 32))) & 1);
  }
}

/** Finds marks in a stream that may begin anywhere. */
export class MarkReader {
  #recent = 0;
  /** Samples since the sync word; undefined if none was found. */
  #since: number | undefined;

  /** @param onMark - with the samples of this piece that follow the mark's last one */
  read(pcm: Int16Array, onMark: (mark: SampleMark, samplesAfter: number) => void): void {
    for (let at = 0; at < pcm.length; at += 1) {
      this.#recent = ((this.#recent << 1) | (pcm[at]! & 1)) >>> 0;
      if (this.#since === undefined) {
        if (this.#recent === SYNC) this.#since = 0;
        continue;
      }
      this.#since += 1;
      if (this.#since < 32) continue;
      this.#since = undefined;
      const payload = this.#recent;
      const offsetMs = (payload & 0x3_ffff) - BIAS_MS;
      onMark(
        { run: payload >>> 22, utterance: (payload >>> 18) & 0xf, offsetMs },
        pcm.length - 1 - at,
      );
    }
  }
}

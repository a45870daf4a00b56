import { joinPcm16, PCM16_SCALE, pcm16Of } from './pcm16.ts';
import { StreamResampler } from './stream-resampler.ts';

/** Samples that are converted at a time. */
const BLOCK_SAMPLES = 2_048;

/** Resamples an endless PCM16 stream piece by piece; sample 0 stays at time 0. */
export class Pcm16Resampler {
  readonly #inputHz: number;
  readonly #outputHz: number;
  readonly #block = new Float32Array(BLOCK_SAMPLES);
  #stream: StreamResampler;

  /** @throws RangeError for rates that are not whole and positive, or too far apart */
  constructor(inputHz: number, outputHz: number) {
    this.#inputHz = inputHz;
    this.#outputHz = outputHz;
    this.#stream = this.#begin();
  }

  /**
   * @param samples PCM16 mono at the first rate, any number
   * @returns new samples at the second rate, as far as they are certain by now: 2 ms behind at
   *   16 kHz
   */
  push(samples: Int16Array): Int16Array<ArrayBuffer> {
    if (this.#inputHz === this.#outputHz) return samples.slice();
    const output = new Int16Array(this.#stream.availableAfter(samples.length));
    let written = 0;
    for (let at = 0; at < samples.length;) {
      at += this.#stream.push(samples.subarray(at), PCM16_SCALE);
      written += this.#pull(output, written);
    }
    return output;
  }

  /**
   * The stream is over.
   *
   * @returns the remainder: in all, as many samples as the length calls for, rounded up.
   *   Afterwards a new stream may be pushed.
   */
  flush(): Int16Array<ArrayBuffer> {
    this.#stream.end();
    const output = new Int16Array(this.#stream.available);
    this.#pull(output, 0);
    this.#stream = this.#begin();
    return output;
  }

  #begin(): StreamResampler {
    const [inputHz, outputHz] = [this.#inputHz, this.#outputHz];
    return new StreamResampler({ inputHz, outputHz, capacity: BLOCK_SAMPLES });
  }

  /** @returns how many samples were written from index `from` on */
  #pull(output: Int16Array, from: number): number {
    let at = from;
    for (let n = this.#stream.pull(this.#block); n > 0; n = this.#stream.pull(this.#block)) {
      for (let i = 0; i < n; i += 1) output[at + i] = pcm16Of(this.#block[i]!);
      at += n;
    }
    return at - from;
  }
}

/** Changes the rate of a whole recording; beyond its ends there is silence. */
export function resamplePcm16(samples: Int16Array, inputHz: number, outputHz: number): Int16Array {
  if (inputHz === outputHz) return samples;
  const resampler = new Pcm16Resampler(inputHz, outputHz);
  return joinPcm16([resampler.push(samples), resampler.flush()]);
}

import { sincKernel, type SincKernel } from './sinc-kernel.ts';

export interface StreamResamplerOptions {
  readonly inputHz: number;
  readonly outputHz: number;
  /** Most input samples that may lie unread. */
  readonly capacity: number;
  /** How many output samples `rewind` can take back. */
  readonly historyOutputs?: number;
}

/**
 * Changes the rate of a stream that arrives in blocks of any size: push input, pull output.
 *
 * Positions are whole numbers of 1/L input samples, so hours of audio drift by nothing, and
 * however the input was cut into blocks the output is the same. Pushing and pulling allocate
 * nothing: this runs on the audio thread.
 */
export class StreamResampler {
  readonly #kernel: SincKernel;
  readonly #window: SampleWindow;
  readonly #historyInputs: number;
  /** Position of the next output sample, in 1/L input samples. */
  #position = 0;
  #ended = false;
  #inputEnd = 0;

  /** @throws RangeError for rates that are not whole and positive, or too far apart */
  constructor(options: StreamResamplerOptions) {
    this.#kernel = sincKernel(options.inputHz, options.outputHz);
    const { decimation, halfWidth, interpolation } = this.#kernel;
    this.#historyInputs =
      Math.ceil(((options.historyOutputs ?? 0) * decimation) / interpolation) + halfWidth;
    this.#window = new SampleWindow(
      options.capacity + this.#historyInputs + 2 * halfWidth,
      this.#historyInputs,
    );
  }

  /**
   * @param scale factor for each sample, e.g. 1/32768 for PCM16
   * @returns how many samples found room
   */
  push(samples: Float32Array | Int16Array, scale = 1): number {
    if (this.#ended) return 0;
    const taken = this.#window.append(samples, this.#index - this.#historyInputs, scale);
    this.#inputEnd = this.#window.end;
    return taken;
  }

  /** No more input will come: what the filter held back for its look-ahead can now be pulled. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#window.append(
      new Float32Array(this.#kernel.halfWidth),
      this.#index - this.#historyInputs,
    );
  }

  /** Output samples that can be pulled now. */
  get available(): number {
    return this.availableAfter(0);
  }

  /** Output samples that can be pulled once `inputs` more samples are pushed. */
  availableAfter(inputs: number): number {
    const { decimation, halfWidth, interpolation } = this.#kernel;
    // The last position whose look-ahead has arrived is at `end - halfWidth - 1`, plus less than 1.
    const limit = this.#ended ? this.#inputEnd : this.#window.end + inputs - halfWidth;
    return Math.max(0, Math.ceil((limit * interpolation - this.#position) / decimation));
  }

  /** Input samples that were passed so far. */
  get inputPosition(): number {
    return this.#position / this.#kernel.interpolation;
  }

  /**
   * Writes up to `count` samples into `output` from index `from` on.
   *
   * @returns how many were written
   */
  pull(output: Float32Array, from = 0, count = output.length - from): number {
    const total = Math.min(count, this.available);
    const { data } = this.#window;
    const { decimation, halfWidth, interpolation, phases, table } = this.#kernel;
    const taps = 2 * halfWidth;
    const origin = this.#window.offsetOf(0) - halfWidth + 1;
    let position = this.#position;
    for (let n = 0; n < total; n += 1) {
      const fraction = position % interpolation;
      const phase =
        phases === interpolation ? fraction : Math.floor((fraction * phases) / interpolation);
      const first = origin + (position - fraction) / interpolation;
      const row = phase * taps;
      let sum = 0;
      for (let tap = 0; tap < taps; tap += 1) sum += data[first + tap]! * table[row + tap]!;
      output[from + n] = sum;
      position += decimation;
    }
    this.#position = position;
    return total;
  }

  /** Goes back by `outputs` samples, at most `historyOutputs`, to pull them once more. */
  rewind(outputs: number): void {
    this.#position = Math.max(0, this.#position - outputs * this.#kernel.decimation);
  }

  get #index(): number {
    return Math.floor(this.#position / this.#kernel.interpolation);
  }
}

/** Changes the rate of a whole recording; beyond its ends there is silence. */
export function resample(samples: Float32Array, inputHz: number, outputHz: number): Float32Array {
  if (inputHz === outputHz) return samples;
  const resampler = new StreamResampler({ inputHz, outputHz, capacity: samples.length });
  resampler.push(samples);
  resampler.end();
  const output = new Float32Array(resampler.available);
  resampler.pull(output);
  return output;
}

/**
 * The stretch of a stream that is still needed, kept in one piece so that a filter can run over it.
 *
 * Samples are addressed by their index in the whole stream. Room is made by moving what is still
 * needed to the front, so nothing is allocated while audio runs.
 */
class SampleWindow {
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

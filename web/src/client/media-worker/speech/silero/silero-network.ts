import FFT from 'fft.js';
import { FRAME_SAMPLES } from '../../../messages/capture-messages.ts';
import { Convolution, dot, LongShortTermMemory, sigmoid, type Activations } from './layers.ts';
import type { SileroWeights } from './silero-weights.ts';

/** The part of the frame before that a frame is heard with: it shows a beginning at the seam. */
const CONTEXT_SAMPLES = 64;
/** A frame is continued by its mirror image. */
const MIRRORED_SAMPLES = 64;
const WINDOW_SAMPLES = 256;
const HOP_SAMPLES = 128;
const BINS = WINDOW_SAMPLES / 2 + 1;
const SIZE = 128;

const HANN = Float64Array.from(
  { length: WINDOW_SAMPLES },
  (_sample, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / WINDOW_SAMPLES),
);

/**
 * Silero v6, a network that distinguishes speech from everything else, at 16 kHz.
 *
 * The magnitudes of four spectra, four convolutions, a memory and one weighted sum; see
 * https://github.com/snakers4/silero-vad. Nothing of its 400,000 multiplications needs a runtime
 * for networks of any kind.
 */
export class SileroNetwork {
  readonly #fft = new FFT(WINDOW_SAMPLES);
  readonly #samples = new Float32Array(CONTEXT_SAMPLES + FRAME_SAMPLES + MIRRORED_SAMPLES);
  readonly #window = new Float64Array(WINDOW_SAMPLES);
  readonly #spectrum = new Float64Array(2 * WINDOW_SAMPLES);
  readonly #encoder: readonly Convolution[];
  readonly #memory: LongShortTermMemory;
  readonly #outputWeight: Float32Array;
  readonly #outputBias: number;

  constructor(weights: SileroWeights) {
    const convolution = (n: 0 | 1 | 2 | 3, inputs: number, outputs: number, stride: number) =>
      new Convolution(
        { inputs, outputs, stride },
        weights[`encoder.${n}.reparam_conv.weight`],
        weights[`encoder.${n}.reparam_conv.bias`],
      );
    this.#encoder = [
      convolution(0, BINS, 128, 1),
      convolution(1, 128, 64, 2),
      convolution(2, 64, 64, 2),
      convolution(3, 64, SIZE, 1),
    ];
    this.#memory = new LongShortTermMemory(
      SIZE,
      weights['decoder.rnn.weight_ih'],
      weights['decoder.rnn.weight_hh'],
      [weights['decoder.rnn.bias_ih'], weights['decoder.rnn.bias_hh']],
    );
    this.#outputWeight = weights['decoder.decoder.2.weight'];
    this.#outputBias = weights['decoder.decoder.2.bias'][0]!;
  }

  /** Forgets what it has heard. */
  reset(): void {
    this.#samples.fill(0);
    this.#memory.reset();
  }

  /** @param frame 512 samples at 16 kHz, the next of a stream. @returns 0–1 */
  probabilityOf(frame: Float32Array): number {
    this.#take(frame);
    let activations = this.#magnitudes();
    for (const convolution of this.#encoder) activations = convolution.process(activations);
    const remembered = this.#memory.process(activations[0]!);
    const positive = remembered.map((value) => Math.max(0, value));
    return sigmoid(this.#outputBias + dot(this.#outputWeight, positive));
  }

  #take(frame: Float32Array): void {
    const samples = this.#samples;
    samples.copyWithin(0, FRAME_SAMPLES, FRAME_SAMPLES + CONTEXT_SAMPLES);
    samples.set(frame, CONTEXT_SAMPLES);
    const last = CONTEXT_SAMPLES + FRAME_SAMPLES - 1;
    for (let n = 1; n <= MIRRORED_SAMPLES; n += 1) samples[last + n] = samples[last - n]!;
  }

  /** [window][frequency] */
  #magnitudes(): Activations {
    const windows: Float32Array[] = [];
    for (let at = 0; at + WINDOW_SAMPLES <= this.#samples.length; at += HOP_SAMPLES) {
      for (let n = 0; n < WINDOW_SAMPLES; n += 1) {
        this.#window[n] = HANN[n]! * this.#samples[at + n]!;
      }
      this.#fft.realTransform(this.#spectrum, this.#window);
      const magnitudes = new Float32Array(BINS);
      for (let bin = 0; bin < BINS; bin += 1) {
        const re = this.#spectrum[2 * bin]!;
        const im = this.#spectrum[2 * bin + 1]!;
        magnitudes[bin] = Math.sqrt(re * re + im * im);
      }
      windows.push(magnitudes);
    }
    return windows;
  }
}

import { StreamResampler } from '@parley/shared/audio/stream-resampler';

/** Frames the speech detector reads: 32 ms at 16 kHz. */
export const FRAME_SAMPLES = 512;
export const FRAME_MS = 32;

/** One frame of microphone, at 16 kHz. */
export interface CapturedBlock {
  /** `FRAME_SAMPLES` samples in −1…1; transferred. */
  readonly samples: Float32Array<ArrayBuffer>;
  /** Index of the first sample since the microphone was opened. */
  readonly index: number;
  /** The time of the audio context, or of the track, when the first sample was captured, seconds. */
  readonly contextTimeS: number;
  /** The audio context's time at sending. */
  readonly sentContextTimeS: number;
}

const OUTPUT_HZ = 16_000;

/** Cuts the device's signal into frames of 512 samples at 16 kHz, each with its time. */
export class CaptureCore {
  readonly #deviceHz: number;
  readonly #resampler: StreamResampler;
  readonly #send: (block: CapturedBlock) => void;
  /** Samples that went in, at the device's rate, and that came out, at ours. */
  #received = 0;
  #index = 0;

  constructor(deviceHz: number, send: (block: CapturedBlock) => void) {
    this.#deviceHz = deviceHz;
    this.#send = send;
    this.#resampler = new StreamResampler({
      inputHz: deviceHz,
      outputHz: OUTPUT_HZ,
      // A frame's worth of input, twice, and a few render quanta.
      capacity: Math.ceil((2 * FRAME_SAMPLES * deviceHz) / OUTPUT_HZ) + 1_024,
    });
  }

  /** @param contextTimeS the context's time of the quantum's first sample */
  process(input: Float32Array, contextTimeS: number): void {
    // Counted back from now, for browsers leave quanta out: Chromium up to a second of them while
    // a node is being connected on a busy machine. What follows is that much later.
    const startS = contextTimeS - this.#received / this.#deviceHz;
    this.#received += input.length;
    this.#resampler.push(input);
    while (this.#resampler.available >= FRAME_SAMPLES) {
      const samples = new Float32Array(FRAME_SAMPLES);
      this.#resampler.pull(samples);
      this.#send({
        samples,
        index: this.#index,
        contextTimeS: startS + this.#index / OUTPUT_HZ,
        sentContextTimeS: contextTimeS + input.length / this.#deviceHz,
      });
      this.#index += FRAME_SAMPLES;
    }
  }
}

import { SPEECH_HZ } from '@parley/shared/audio/pcm16';
import { StreamResampler } from '@parley/shared/audio/stream-resampler';
import { FRAME_SAMPLES, type CapturedBlock } from './capture-messages.ts';

/** Cuts a signal at a device's rate into frames at 16 kHz, each with its time. */
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
      outputHz: SPEECH_HZ,
      // A frame's worth of input, twice, and a few render quanta.
      capacity: Math.ceil((2 * FRAME_SAMPLES * deviceHz) / SPEECH_HZ) + 1_024,
    });
  }

  /** @param contextTimeS the context's time of the quantum's first sample */
  process(input: Float32Array, contextTimeS: number): void {
    // Browsers skip quanta: Chromium up to a second of them while a node is being connected on a
    // busy machine. Frames are dated from the current time, so that a gap moves the later ones back.
    const startS = contextTimeS - this.#received / this.#deviceHz;
    this.#received += input.length;
    this.#resampler.push(input);
    while (this.#resampler.available >= FRAME_SAMPLES) {
      const samples = new Float32Array(FRAME_SAMPLES);
      this.#resampler.pull(samples);
      this.#send({
        samples,
        index: this.#index,
        contextTimeS: startS + this.#index / SPEECH_HZ,
        sentContextTimeS: contextTimeS + input.length / this.#deviceHz,
      });
      this.#index += FRAME_SAMPLES;
    }
  }
}

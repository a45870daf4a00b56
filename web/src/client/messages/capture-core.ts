import { SPEECH_HZ } from '@parley/shared/audio/pcm16';
import { StreamResampler } from '@parley/shared/audio/stream-resampler';
import { FRAME_SAMPLES } from '@parley/shared/vad/speech-detector';
import type { CapturedBlock } from './capture-messages.ts';

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

/** What the resampler leaves of a constant, against its level. */
const RIPPLE = 1e-4;

/**
 * Notices a microphone that gives one and the same sample, such as zero, or none at all: no room is
 * as quiet as that, but a device can be that is asleep or was taken away by a telephone call.
 */
export class CaptureStillness {
  /** Since it was looked last. */
  #hasSound = false;
  #wasStill = true;

  frame(samples: Float32Array): void {
    this.#hasSound ||= !isStill(samples);
  }

  /**
   * Looks once a second.
   *
   * @param isExpected - whether silence says anything now
   * @returns `still` each time that there was no sound, `sound` once when there is some again
   */
  look(isExpected: boolean): 'still' | 'sound' | undefined {
    const wasStill = this.#wasStill;
    this.#wasStill = !this.#hasSound;
    this.#hasSound = false;
    if (this.#wasStill) return isExpected ? 'still' : undefined;
    return wasStill ? 'sound' : undefined;
  }
}

function isStill(samples: Float32Array): boolean {
  const first = samples[0] ?? 0;
  const tolerance = Math.abs(first) * RIPPLE;
  return samples.every((sample) => Math.abs(sample - first) <= tolerance);
}

/** Samples that a speech detector reads at once: 32 ms at 16 kHz. */
export const FRAME_SAMPLES = 512;

export const FRAME_MS = 32;

/** A piece of microphone at 16 kHz. */
export interface SpeechFrame {
  /** `FRAME_SAMPLES` samples in −1…1. */
  readonly samples: Float32Array;
}

/** A stretch of microphone; a level is the root mean square of samples in −1…1. */
export interface HeardFrame {
  readonly startMs: number;
  readonly endMs: number;
  readonly rms: number;
}

/** When the frames of one microphone were captured. */
export interface FrameClock<Frame> {
  /** @returns the instant of the first sample, ms on our own clock; undefined if it is not known */
  startOf(frame: Frame): number | undefined;
}

/** Distinguishes speech from everything else, frame by frame. */
export interface SpeechDetector {
  /** @param frame 512 samples at 16 kHz. @returns 0–1 */
  probabilityOf(frame: Float32Array): Promise<number>;
}

/** Frames that may wait, e.g. while the detector loads: 6.4 s. The oldest are dropped. */
const MAX_WAITING_FRAMES = 200;

export interface DetectorQueueOptions<Frame extends SpeechFrame> {
  /** Whether frames pass without a probability while the detector still loads. */
  isBypassed(): boolean;
  onFrame(frame: Frame, probability: number): void;
  /** The detector broke: from here on every probability is 0. */
  onFailed(): void;
}

/** Asks the detector about one frame at a time: it keeps a state, so their order matters. */
export class DetectorQueue<Frame extends SpeechFrame> {
  readonly #options: DetectorQueueOptions<Frame>;
  #detector: SpeechDetector | 'loading' | 'none' = 'loading';
  #waiting: Frame[] = [];
  #draining = false;

  constructor(options: DetectorQueueOptions<Frame>) {
    this.#options = options;
  }

  setDetector(detector: SpeechDetector | 'none'): void {
    this.#detector = detector;
    void this.drain();
  }

  push(frame: Frame): void {
    this.#waiting.push(frame);
    if (this.#waiting.length > MAX_WAITING_FRAMES) this.#waiting.shift();
    void this.drain();
  }

  clear(): void {
    this.#waiting = [];
  }

  async drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (this.#waiting.length > 0) {
        if (this.#detector === 'loading' && !this.#options.isBypassed()) return;
        const frame = this.#waiting.shift()!;
        this.#options.onFrame(frame, await this.#probabilityOf(frame.samples));
      }
    } finally {
      this.#draining = false;
    }
  }

  async #probabilityOf(samples: Float32Array): Promise<number> {
    if (typeof this.#detector === 'string') return 0;
    try {
      return await this.#detector.probabilityOf(samples);
    } catch {
      this.#detector = 'none';
      this.#options.onFailed();
      return 0;
    }
  }
}

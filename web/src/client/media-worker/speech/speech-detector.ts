import type { CapturedBlock } from '../../messages/capture-messages.ts';

/** Distinguishes speech from everything else, frame by frame. */
export interface SpeechDetector {
  /** @param frame 512 samples at 16 kHz. @returns 0–1 */
  probabilityOf(frame: Float32Array): Promise<number>;
}

/** Frames that may wait, e.g. while the detector loads: 6.4 s. The oldest are dropped. */
const MAX_WAITING_FRAMES = 200;

export interface DetectorQueueOptions {
  /** Whether frames pass without a probability while the detector still loads. */
  isBypassed(): boolean;
  onFrame(block: CapturedBlock, probability: number): void;
  /** The detector broke: from here on every probability is 0. */
  onFailed(): void;
}

/** Asks the detector about one frame at a time: it keeps a state, so their order matters. */
export class DetectorQueue {
  readonly #options: DetectorQueueOptions;
  #detector: SpeechDetector | 'loading' | 'none' = 'loading';
  #waiting: CapturedBlock[] = [];
  #draining = false;

  constructor(options: DetectorQueueOptions) {
    this.#options = options;
  }

  setDetector(detector: SpeechDetector | 'none'): void {
    this.#detector = detector;
    void this.drain();
  }

  push(block: CapturedBlock): void {
    this.#waiting.push(block);
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
        const block = this.#waiting.shift()!;
        this.#options.onFrame(block, await this.#probabilityOf(block.samples));
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

import { CaptureCore } from '../../messages/capture-core.ts';
import type { CapturedBlock } from '../../messages/capture-messages.ts';

/**
 * Reads a microphone's frames as they are captured, without the audio context.
 *
 * Through the context what is captured waits for its next rendering, and behind all that waited
 * while the page's process or the audio thread stood still. Here a stall is made up for at once,
 * and each frame says when it was captured.
 */
export class TrackCapture {
  readonly #reader: ReadableStreamDefaultReader<AudioData>;
  readonly #onBlock: (block: CapturedBlock) => void;
  #core: CaptureCore | undefined;
  #rateHz = 0;
  #samples = new Float32Array(0);

  /** @param onBlock - its times are those of the track, seconds */
  constructor(frames: ReadableStream<AudioData>, onBlock: (block: CapturedBlock) => void) {
    this.#reader = frames.getReader();
    this.#onBlock = onBlock;
  }

  /** Reads until the track ends or `close`. */
  async run(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      this.#take(value);
    }
  }

  close(): void {
    // The track may have ended already, which is as good.
    this.#reader.cancel().catch(() => {});
  }

  #take(frame: AudioData): void {
    try {
      if (this.#core === undefined || frame.sampleRate !== this.#rateHz) {
        this.#rateHz = frame.sampleRate;
        this.#core = new CaptureCore(this.#rateHz, this.#onBlock);
      }
      if (this.#samples.length !== frame.numberOfFrames) {
        this.#samples = new Float32Array(frame.numberOfFrames);
      }
      frame.copyTo(this.#samples, { planeIndex: 0, format: 'f32-planar' });
      this.#core.process(this.#samples, frame.timestamp / 1_000_000);
    } finally {
      frame.close();
    }
  }
}

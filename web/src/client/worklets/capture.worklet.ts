import type { CaptureMessage } from '../messages/capture-messages.ts';
import { CaptureCore } from '../messages/capture-core.ts';

/**
 * Sends the microphone to the media worker over its port; the page only hands the port over.
 *
 * With a second input, what is played, both are sent sample by sample.
 */
class CaptureProcessor extends AudioWorkletProcessor {
  #worker: MessagePort | undefined;
  readonly #silence = new Float32Array(128);
  readonly #core = new CaptureCore(sampleRate, (block) =>
    this.#send({ block, played: this.#played, sentAtMs: Date.now() }),
  );
  /** The last frame of the second input; undefined without one. */
  #played: Float32Array<ArrayBuffer> | undefined;
  readonly #playedCore = new CaptureCore(sampleRate, ({ samples }) => {
    this.#played = samples;
  });
  #open = true;

  constructor() {
    super();
    this.port.addEventListener('message', ({ data }: MessageEvent<MessagePort | 'close'>) => {
      if (data === 'close') this.#open = false;
      else this.#worker = data;
    });
    this.port.start();
  }

  #send(message: CaptureMessage): void {
    const { block, played } = message;
    const transfer = played === undefined ? [] : [played.buffer];
    this.#worker?.postMessage(message, [block.samples.buffer, ...transfer]);
  }

  process(inputs: Float32Array[][]): boolean {
    // Before the microphone, whose frame is sent together with it.
    if (inputs.length > 1) this.#playedCore.process(inputs[1]?.[0] ?? this.#silence, currentTime);
    // A track that stops for a moment leaves no input: silence keeps index and time in step.
    this.#core.process(inputs[0]?.[0] ?? this.#silence, currentTime);
    return this.#open;
  }
}

registerProcessor('parley-capture', CaptureProcessor);

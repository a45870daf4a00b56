import type { CaptureMessage } from '../messages/capture-messages.ts';
import { CaptureCore } from '../messages/capture-core.ts';

/** Sends the microphone to the media worker over its port; the page only hands the port over. */
class CaptureProcessor extends AudioWorkletProcessor {
  #worker: MessagePort | undefined;
  readonly #silence = new Float32Array(128);
  readonly #core = new CaptureCore(sampleRate, (block) =>
    this.#send({ block, sentAtMs: Date.now() }),
  );
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
    this.#worker?.postMessage(message, [message.block.samples.buffer]);
  }

  process(inputs: Float32Array[][]): boolean {
    // A track that stops for a moment leaves no input: silence keeps index and time in step.
    this.#core.process(inputs[0]?.[0] ?? this.#silence, currentTime);
    return this.#open;
  }
}

registerProcessor('parley-capture', CaptureProcessor);

import { PlaybackCore } from './playback-core.ts';
import type { PlaybackCommand, PlaybackReport } from '../messages/playback-messages.ts';

/** Plays what the media worker sends over its port; the page only hands the port over. */
class PlaybackProcessor extends AudioWorkletProcessor {
  #worker: MessagePort | undefined;
  readonly #core = new PlaybackCore(sampleRate, (report: PlaybackReport) =>
    this.#worker?.postMessage(report),
  );

  constructor() {
    super();
    this.port.addEventListener('message', ({ data }: MessageEvent<MessagePort>) => {
      this.#worker = data;
      data.addEventListener('message', (message: MessageEvent<PlaybackCommand>) =>
        this.#core.handle(message.data),
      );
      data.start();
    });
    this.port.start();
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const output = outputs[0]?.[0];
    if (output !== undefined) this.#core.render(output, currentTime);
    return true;
  }
}

registerProcessor('parley-playback', PlaybackProcessor);

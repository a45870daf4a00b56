import { PlaybackCore } from './playback-core.ts';
import type { PlaybackCommand, PlaybackReport } from '../messages/playback-messages.ts';

/** A thirtieth of a second. */
const CLOCK_SAMPLES = sampleRate / 30;

/** Plays what the media worker sends over its port; the page only hands the port over. */
class PlaybackProcessor extends AudioWorkletProcessor {
  #worker: MessagePort | undefined;
  readonly #core = new PlaybackCore(sampleRate, (report) => this.#post(report));
  #sinceClock = 0;

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

  #post(report: PlaybackReport): void {
    this.#worker?.postMessage(report);
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const output = outputs[0]?.[0];
    if (output !== undefined) this.#core.render(output, currentTime);
    this.#sinceClock += 128;
    if (this.#sinceClock >= CLOCK_SAMPLES) {
      this.#sinceClock = 0;
      const contextTimeS = currentTime + 128 / sampleRate;
      this.#post({ type: 'clock', contextTimeS, atMs: Date.now() });
    }
    return true;
  }
}

registerProcessor('parley-playback', PlaybackProcessor);

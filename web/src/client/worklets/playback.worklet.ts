import { CaptureCore } from '../messages/capture-core.ts';
import { PlaybackCore } from './playback-core.ts';
import type { PlaybackCommand, PlaybackReport } from '../messages/playback-messages.ts';

/** A thirtieth of a second. */
const CLOCK_SAMPLES = sampleRate / 30;

/** Plays what the media worker sends over its port; the page only hands the port over. */
class PlaybackProcessor extends AudioWorkletProcessor {
  #worker: MessagePort | undefined;
  readonly #core = new PlaybackCore(sampleRate, (report) => this.#post(report));
  #sinceClock = 0;
  /** Cuts what is rendered into frames, once someone wants them. */
  #shared: CaptureCore | undefined;

  constructor() {
    super();
    this.port.addEventListener('message', ({ data }: MessageEvent<MessagePort>) => {
      this.#worker = data;
      data.addEventListener('message', (message: MessageEvent<PlaybackCommand>) => {
        if (message.data.type === 'share-rendered') this.#share();
        else this.#core.handle(message.data);
      });
      data.start();
    });
    this.port.start();
  }

  #post(report: PlaybackReport): void {
    this.#worker?.postMessage(report);
  }

  #share(): void {
    this.#shared ??= new CaptureCore(sampleRate, (block) => {
      if (block.samples.some((sample) => sample !== 0)) this.#post({ type: 'rendered', block });
    });
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const output = outputs[0]?.[0];
    if (output !== undefined) {
      this.#core.render(output, currentTime);
      this.#shared?.process(output, currentTime);
    }
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

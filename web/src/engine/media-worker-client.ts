import type { MediaCommand, MediaNotice, PageVoiceRequest } from '../messages/media-messages.ts';

/** The media worker as the page sees it: made on first use, replaced after a crash. */
export class MediaWorkerClient {
  readonly #onNotice: (notice: MediaNotice | PageVoiceRequest) => void;
  readonly #onCrash: () => void;
  #worker: Worker | undefined;

  constructor(options: {
    readonly onNotice: (notice: MediaNotice | PageVoiceRequest) => void;
    readonly onCrash: () => void;
  }) {
    this.#onNotice = options.onNotice;
    this.#onCrash = options.onCrash;
  }

  post(command: MediaCommand, transfer: Transferable[] = []): void {
    this.#worker ??= this.#create();
    this.#worker.postMessage(command, transfer);
  }

  #create(): Worker {
    const worker = new Worker(new URL('../media-worker/media.worker.ts', import.meta.url), {
      type: 'module',
      name: 'parley-media',
    });
    worker.addEventListener('message', ({ data }: MessageEvent<MediaNotice | PageVoiceRequest>) =>
      this.#onNotice(data),
    );
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (this.#worker !== worker) return;
      worker.terminate();
      this.#worker = undefined;
      this.#onCrash();
    });
    return worker;
  }
}

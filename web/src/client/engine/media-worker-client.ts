import type { MediaCommand, MediaNotice } from '../messages/media-messages.ts';
import type { PageRequest } from '../messages/page-requests.ts';

interface MediaWorkerClientOptions {
  onNotice(notice: MediaNotice | PageRequest): void;
  onCrash(crash: ErrorEvent): void;
}

/** The media worker as the page sees it: made on first use, replaced after a crash. */
export class MediaWorkerClient {
  readonly #options: MediaWorkerClientOptions;
  #worker: Worker | undefined;

  constructor(options: MediaWorkerClientOptions) {
    this.#options = options;
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
    worker.addEventListener('message', ({ data }: MessageEvent<MediaNotice | PageRequest>) =>
      this.#options.onNotice(data),
    );
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (this.#worker !== worker) return;
      worker.terminate();
      this.#worker = undefined;
      this.#options.onCrash(event);
    });
    return worker;
  }
}

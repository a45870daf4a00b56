import type { MediaCommand, MediaNotice } from '../messages/media-messages.ts';
import type { PageRequest } from '../messages/page-requests.ts';
import type { MediaFiles } from './media-files.ts';

interface MediaWorkerClientOptions {
  readonly files: Pick<MediaFiles, 'worker'>;
  onNotice(notice: MediaNotice | PageRequest): void;
  /** @param crash - an `Error` if it could not even be made */
  onCrash(crash: ErrorEvent | Error): void;
}

/** The media worker as the page sees it: made on first use, replaced after a crash. */
export class MediaWorkerClient {
  readonly #options: MediaWorkerClientOptions;
  #worker: Promise<Worker> | undefined;
  #isEnded = false;

  constructor(options: MediaWorkerClientOptions) {
    this.#options = options;
  }

  post(command: MediaCommand, transfer: Transferable[] = []): void {
    if (this.#isEnded) return;
    this.#worker ??= this.#create();
    this.#worker.then(
      (worker) => worker.postMessage(command, transfer),
      () => {},
    );
  }

  /** Nothing is heard of it any more, and no other takes its place. */
  end(): void {
    this.#isEnded = true;
    this.#worker?.then(
      (worker) => worker.terminate(),
      () => {},
    );
    this.#worker = undefined;
  }

  #create(): Promise<Worker> {
    const mine = this.#options.files.worker();
    const crashed = (crash: ErrorEvent | Error) => {
      if (this.#worker !== mine) return;
      this.#worker = undefined;
      this.#options.onCrash(crash);
    };
    mine.then((worker) => {
      worker.addEventListener('message', ({ data }: MessageEvent<MediaNotice | PageRequest>) => {
        if (!this.#isEnded) this.#options.onNotice(data);
      });
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        worker.terminate();
        crashed(event);
      });
    }, crashed);
    return mine;
  }
}

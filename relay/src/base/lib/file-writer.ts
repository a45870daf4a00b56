import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { Problems } from './problems.ts';
import { writeWhole } from './write-whole.ts';

/** If the file cannot be written. */
const RETRY_MS = 5_000;

export interface FileWriterOptions {
  readonly path: string;
  /** What the file is to hold now. */
  readonly text: () => string;
  /** From a change until it is written, with all changes that come meanwhile. */
  readonly delayMs: number;
  /** The log line of a file that cannot be written. */
  readonly failure: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/** Keeps a small file in step with what changes in memory, also through a disk that is full. */
export class FileWriter implements AsyncDisposable {
  readonly #options: FileWriterOptions;
  #cancel: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #isOver = false;

  constructor(options: FileWriterOptions) {
    this.#options = options;
  }

  /** Something has changed: it is written soon. Returns at once. */
  changed(): void {
    this.#schedule(this.#options.delayMs);
  }

  /** Writes what is not written yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    const isWritten = this.#cancel === undefined;
    this.#isOver = true;
    this.#cancel?.();
    await this.#writing;
    if (!isWritten) await this.#write();
  }

  #schedule(delayMs: number): void {
    if (this.#isOver || this.#cancel !== undefined) return;
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#cancel = undefined;
      this.#writing = this.#writing.then(() => this.#write());
    });
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    const { path, text, failure, logger, problems } = this.#options;
    try {
      await writeWhole(path, text());
      if (this.#hasFailed) problems.clear('data_not_written');
      this.#hasFailed = false;
    } catch (err) {
      if (!this.#hasFailed) logger.error({ err }, failure);
      this.#hasFailed = true;
      problems.report('data_not_written');
      this.#schedule(RETRY_MS);
    }
  }
}

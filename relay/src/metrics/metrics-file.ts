import { appendFile, rename, stat, truncate } from 'node:fs/promises';
import type { SessionMetrics } from '@parley/shared/monitoring-api';
import type { Logger } from '../lib/logger.ts';

/** The file that is full becomes `….1`; the one before that is deleted. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** Lines that wait for a disk that is slow or full; the oldest are left out. */
const MAX_WAITING = 1_000;

/** Appends a line of JSON for each session, at its own pace: sessions never wait for the disk. */
export class MetricsFile implements AsyncDisposable {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #maxBytes: number;
  #waiting: string[] = [];
  #bytes: number | undefined;
  #writing: Promise<void> | undefined;
  #hasFailed = false;

  constructor(options: {
    readonly path: string;
    readonly logger: Logger;
    readonly maxBytes?: number;
  }) {
    this.#path = options.path;
    this.#logger = options.logger;
    this.#maxBytes = options.maxBytes ?? MAX_FILE_BYTES;
  }

  append(line: SessionMetrics): void {
    this.#waiting.push(`${JSON.stringify(line)}\n`);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
  }

  /** Never rejects. What a full disk does not take waits for the next session. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      try {
        await this.#makeRoom();
        const text = lines.join('');
        await appendFile(this.#path, text, { mode: 0o600 });
        this.#bytes! += Buffer.byteLength(text);
        this.#hasFailed = false;
      } catch (err) {
        // A disk that has just become full takes a part of a line.
        if (this.#bytes !== undefined) await truncate(this.#path, this.#bytes).catch(() => {});
        this.#bytes = undefined;
        this.#waiting = [...lines, ...this.#waiting].slice(-MAX_WAITING);
        if (!this.#hasFailed) {
          this.#logger.warn({ err }, 'the metrics of sessions cannot be written');
        }
        this.#hasFailed = true;
        return;
      }
    }
  }

  async #makeRoom(): Promise<void> {
    this.#bytes ??= await stat(this.#path).then(
      ({ size }) => size,
      () => 0,
    );
    if (this.#bytes < this.#maxBytes) return;
    await rename(this.#path, `${this.#path}.1`);
    this.#bytes = 0;
  }
}

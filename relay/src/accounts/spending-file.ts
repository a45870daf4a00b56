import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { parseJson } from '../lib/json.ts';
import type { Logger } from '../lib/logger.ts';
import { makeFolder } from '../lib/make-folder.ts';
import type { Problems } from '../lib/problems.ts';
import type { DaySpending } from '../metering/budgets.ts';

/** From a change until it is written. What is lost by then is not even a second of the calls. */
const DELAY_MS = 250;
/** If it cannot be written. */
const RETRY_MS = 5_000;

const amount = z.number().int().min(0);
const schema = z.object({
  day: z.iso.date(),
  instanceMicroUsd: amount,
  guestsMicroUsd: amount,
  byUser: z.record(z.string(), amount),
});

export interface SpendingFileOptions {
  readonly dataDir: string;
  readonly today: () => DaySpending;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/**
 * What was spent today, in a small file: caps hold over a restart, also after `kill -9`, before the
 * database answers. It counts as spent what is reserved, so that nothing that was under way is lost.
 */
export class SpendingFile implements AsyncDisposable {
  readonly #path: string;
  readonly #options: SpendingFileOptions;
  #writing: Promise<void> = Promise.resolve();
  #cancel: (() => void) | undefined;
  #hasFailed = false;
  #isOver = false;

  constructor(options: SpendingFileOptions) {
    this.#options = options;
    this.#path = join(options.dataDir, 'spending.json');
  }

  /** @returns undefined if nothing is known, or what is there cannot be read */
  async read(): Promise<DaySpending | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      text = '';
    }
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    const { logger, problems } = this.#options;
    logger.warn('spending.json cannot be read: the ledger tells what was spent today');
    // Until the ledger has told it.
    problems.report('spending_not_read');
    return undefined;
  }

  /** Something has changed: it is written soon. Returns at once. */
  changed(): void {
    this.#schedule(DELAY_MS);
  }

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
    const { dataDir, today, logger, problems } = this.#options;
    const unfinished = `${this.#path}.new`;
    try {
      await makeFolder(dataDir);
      await writeFile(unfinished, JSON.stringify(today()), { mode: 0o600 });
      await rename(unfinished, this.#path);
      if (this.#hasFailed) problems.clear('data_not_written');
      this.#hasFailed = false;
    } catch (err) {
      if (!this.#hasFailed) logger.error({ err }, 'what was spent today cannot be written');
      this.#hasFailed = true;
      problems.report('data_not_written');
      this.#schedule(RETRY_MS);
    }
  }
}

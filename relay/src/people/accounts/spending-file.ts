import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../base/lib/clock.ts';
import { FileWriter } from '../../base/lib/file-writer.ts';
import { parseJson } from '../../base/lib/json.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Problems } from '../../base/lib/problems.ts';
import type { DaySpending } from '../metering/budgets.ts';

/** From a change until it is written; what `kill -9` loses, the ledger tells again. */
const DELAY_MS = 1_000;

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
  readonly #writer: FileWriter;

  constructor(options: SpendingFileOptions) {
    const { dataDir, today, clock, logger, problems } = options;
    this.#options = options;
    this.#path = join(dataDir, 'spending.json');
    this.#writer = new FileWriter({
      path: this.#path,
      text: () => JSON.stringify(today()),
      delayMs: DELAY_MS,
      failure: 'what was spent today cannot be written',
      clock,
      logger,
      problems,
    });
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
    this.#writer.changed();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#writer[Symbol.asyncDispose]();
  }
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { parseJson } from '../lib/json.ts';
import type { Logger } from '../lib/logger.ts';
import type { Problems } from '../lib/problems.ts';
import { writeWhole } from '../lib/write-whole.ts';
import type { SignOuts } from './sign-outs.ts';

/** From a sign-out until it is written, with all that come meanwhile. */
const DELAY_MS = 500;
/** If it cannot be written. */
const RETRY_MS = 5_000;

const signOut = z.object({ userId: z.string(), atS: z.number(), untilS: z.number() });
const schema = z.object({ guest: z.array(signOut), account: z.array(signOut) });

export interface SignOutFileOptions {
  readonly dataDir: string;
  readonly signOuts: SignOuts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/** Keeps sign-outs over a restart, in `sign-outs.json` of the data folder. */
export class SignOutFile implements AsyncDisposable {
  readonly #options: SignOutFileOptions;
  readonly #path: string;
  #cancel: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isOver = false;
  #hasFailed = false;

  private constructor(options: SignOutFileOptions) {
    this.#options = options;
    this.#path = join(options.dataDir, 'sign-outs.json');
  }

  /** Reads what an earlier process left; what cannot be read is logged and left out. */
  static async open(options: SignOutFileOptions): Promise<SignOutFile> {
    const file = new SignOutFile(options);
    await file.#read();
    options.signOuts.onAdded = () => file.#schedule(DELAY_MS);
    return file;
  }

  /** Writes what is not written yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    const isWritten = this.#cancel === undefined;
    this.#cancel?.();
    await this.#writing;
    if (!isWritten) await this.#write();
  }

  async #read(): Promise<void> {
    const { signOuts, logger } = this.#options;
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code === 'ENOENT') return;
      logger.warn({ err }, 'the kept sign-outs cannot be read');
      return;
    }
    const { data } = schema.safeParse(parseJson(text));
    if (data === undefined) logger.warn('the kept sign-outs cannot be read');
    else signOuts.restore(data);
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
    const { signOuts, logger, problems } = this.#options;
    try {
      await writeWhole(this.#path, JSON.stringify(signOuts.kept()));
      if (this.#hasFailed) problems.clear('data_not_written');
      this.#hasFailed = false;
    } catch (err) {
      if (!this.#hasFailed) logger.error({ err }, 'sign-outs cannot be kept over a restart');
      this.#hasFailed = true;
      problems.report('data_not_written');
      this.#schedule(RETRY_MS);
    }
  }
}

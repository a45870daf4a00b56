import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../base/lib/clock.ts';
import { FileWriter } from '../../base/lib/file-writer.ts';
import { parseJson } from '../../base/lib/json.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Problems } from '../../base/lib/problems.ts';
import type { SignOuts } from './sign-outs.ts';

/** From a sign-out until it is written, with all that come meanwhile. */
const DELAY_MS = 500;

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
  readonly #writer: FileWriter;

  private constructor(options: SignOutFileOptions) {
    const { dataDir, signOuts, clock, logger, problems } = options;
    this.#options = options;
    this.#path = join(dataDir, 'sign-outs.json');
    this.#writer = new FileWriter({
      path: this.#path,
      text: () => JSON.stringify(signOuts.kept()),
      delayMs: DELAY_MS,
      failure: 'sign-outs cannot be kept over a restart',
      clock,
      logger,
      problems,
    });
  }

  /** Reads what an earlier process left; what cannot be read is logged and left out. */
  static async open(options: SignOutFileOptions): Promise<SignOutFile> {
    const file = new SignOutFile(options);
    await file.#read();
    options.signOuts.onAdded = () => file.#writer.changed();
    return file;
  }

  /** Writes what is not written yet. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#writer[Symbol.asyncDispose]();
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
}

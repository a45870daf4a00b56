import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';

const DAY_MS = 86_400_000;
/** After the start, so that a relay that runs for an hour a day deletes too. */
const FIRST_MS = 60_000;
/** Between batches, so that a first run over years leaves room for others. */
const PAUSE_MS = 200;
const RETRY_MS = 600_000;

export interface HousekeepingOptions {
  /** undefined: everything is kept for ever. */
  readonly days: number | undefined;
  /** Deletes a batch. @returns whether more is left */
  readonly removeOld: (days: number) => Promise<boolean>;
  /** What needs doing once a day besides. */
  readonly tidy: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Deletes what is older than it may be, and tidies up, a minute after the start and then once a day. */
export class Housekeeping implements Disposable {
  readonly #options: HousekeepingOptions;
  #cancel: () => void = () => {};
  #isOver = false;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#after(FIRST_MS);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#cancel();
  }

  #after(delayMs: number): void {
    if (!this.#isOver) this.#cancel = this.#options.clock.after(delayMs, () => void this.#run());
  }

  async #run(): Promise<void> {
    const { days, removeOld, tidy, logger } = this.#options;
    try {
      if (days !== undefined && (await removeOld(days))) return this.#after(PAUSE_MS);
      await tidy();
      this.#after(DAY_MS);
    } catch (err) {
      logger.warn({ err }, 'what is kept could not be tidied up, or old data not deleted');
      this.#after(RETRY_MS);
    }
  }
}

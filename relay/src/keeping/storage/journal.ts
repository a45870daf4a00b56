import { OVER } from '../../base/lib/deadline.ts';
import { sleep, type Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Problems } from '../../base/lib/problems.ts';
import type { JournalFiles, JournalPosition } from './journal-files.ts';
import type { JournalRecord } from './records.ts';
import type { RefusedRecord } from './record-writer.ts';

/** Lines appended meanwhile go to the database together, which takes less than half as long. */
const GATHER_MS = 2_000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;
const MAX_BATCH = 200;
/** Lines that wait for longer than this are reported to the operator. */
const BEHIND_MS = 10_000;
/** A power cut loses at most what was said in this time. */
const FLUSH_MS = 1_000;
/** A fault of each record is logged this often. */
const COMPLAIN_MS = 60_000;

export interface JournalOptions {
  readonly files: JournalFiles;
  /** Opens the database, or sees that it answers. @throws Error without data */
  readonly connect: () => Promise<void>;
  /** @returns those that it refuses in any case. @throws Error without data, if it is away */
  readonly write: (records: readonly JournalRecord[]) => Promise<readonly RefusedRecord[]>;
  /** The database has everything that an earlier process left. @throws Error without data */
  readonly onCaughtUp: () => Promise<void>;
  /** The database answers, or does not any more. */
  readonly onState: (isReachable: boolean) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/**
 * Carries records to the database, over its outages: they are appended to a bounded queue on the
 * disk at once, and taken from it in their order, the oldest first. Nothing that calls do waits for
 * the database.
 */
export class Journal implements AsyncDisposable {
  readonly #options: JournalOptions;
  readonly #stopping = new AbortController();
  #wake = Promise.withResolvers<void>();
  /** Its end ends the wait for more. */
  #gathering = new AbortController();
  #work: Promise<void> = Promise.resolve();
  #isReachable = false;
  #hasOpened = false;
  #isFlushing = false;
  /** Records that are not kept: the disk or the journal was full. */
  #dropped = 0;
  #isDiskFull = false;
  #complainedAtMs = Number.NEGATIVE_INFINITY;
  #behindSinceMs: number | undefined;
  /** The end of what an earlier process left; undefined once the database has that. */
  #inherited: JournalPosition | undefined;
  /** What is called when the database has everything before a place. */
  readonly #waiting = new Map<() => void, JournalPosition>();

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#inherited = options.files.end;
  }

  /** Begins to write to the database. */
  begin(): void {
    this.#work = this.#run();
  }

  /** Takes a record; never throws. When it returns, the end of this process cannot lose it. */
  append(record: JournalRecord): void {
    const { files, problems } = this.#options;
    try {
      if (!files.append(JSON.stringify(record, withoutNul)))
        this.#drop('storage_behind', undefined);
      else if (this.#isDiskFull) {
        this.#isDiskFull = false;
        problems.clear('data_not_written');
      }
    } catch (err) {
      this.#isDiskFull = true;
      this.#drop('data_not_written', err);
    }
    this.#flushSoon();
    this.#wake.resolve();
  }

  /** Resolves when the database has everything that was appended so far; or when aborted. */
  async drained(signal: AbortSignal): Promise<void> {
    if (this.#options.files.isEmpty || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(resolve, this.#options.files.end);
    signal.addEventListener('abort', () => resolve());
    this.#wake.resolve();
    this.#gathering.abort(OVER);
    await promise;
    this.#waiting.delete(resolve);
  }

  /** Stops; what is still in the journal is written by the next process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(OVER);
    this.#gathering.abort(OVER);
    this.#wake.resolve();
    await this.#work;
    await this.#options.files.flush();
    this.#options.files.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let retryMs = FIRST_RETRY_MS;
    while (!signal.aborted) {
      try {
        if (!this.#isReachable) {
          await this.#options.connect();
          this.#reached(true);
          this.#hasOpened = true;
        }
        retryMs = FIRST_RETRY_MS;
        do await this.#tellOfProgress();
        while (!signal.aborted && (await this.#step()));
        if (signal.aborted) return;
        await this.#wake.promise;
        this.#wake = Promise.withResolvers();
        await this.#gather();
      } catch (err) {
        this.#failed(err);
        await sleep(this.#options.clock, retryMs * (0.75 + Math.random() / 2), signal);
        retryMs = Math.min(MAX_RETRY_MS, retryMs * 2);
      }
    }
  }

  /** Waits for more lines, unless callers wait for those at hand. */
  async #gather(): Promise<void> {
    if (this.#waiting.size > 0 || this.#stopping.signal.aborted) return;
    this.#gathering = new AbortController();
    await sleep(this.#options.clock, GATHER_MS, this.#gathering.signal);
  }

  /** The database failed otherwise: it is asked again whether it answers. */
  lost(): void {
    if (!this.#isReachable) return;
    this.#reached(false);
    this.#wake.resolve();
  }

  /** Others append all the time: their lines do not hold up callers who wait for fewer. */
  async #tellOfProgress(): Promise<void> {
    const { files, onCaughtUp } = this.#options;
    for (const [resolve, position] of this.#waiting) if (files.hasTaken(position)) resolve();
    if (this.#inherited === undefined || !files.hasTaken(this.#inherited)) return;
    await onCaughtUp();
    this.#inherited = undefined;
  }

  /** Writes one batch. @returns whether there was one. @throws if it has to be tried again */
  async #step(): Promise<boolean> {
    const { files, problems } = this.#options;
    const batch = await files.next();
    const { lines, damaged, end } = batch;
    if (damaged.length > 0) this.#setAside(damaged, 'not written whole');
    const records = lines.map((line) => JSON.parse(line) as JournalRecord);
    for (let from = 0; from < records.length; from += MAX_BATCH) {
      const refused = await this.#options.write(records.slice(from, from + MAX_BATCH));
      for (const { id, reason } of refused) {
        const index = records.findIndex((record) => record.id === id);
        this.#setAside(lines.slice(index, index + 1), reason);
      }
    }
    const isSame = lines.length === 0 && damaged.length === 0;
    if (!isSame) files.taken(end);
    if (isSame || files.isEmpty) {
      this.#behindSinceMs = undefined;
      problems.clear('storage_behind');
    }
    return !isSame;
  }

  #reached(isReachable: boolean): void {
    this.#isReachable = isReachable;
    this.#options.onState(isReachable);
  }

  #failed(err: unknown): void {
    const { clock, logger, problems, files } = this.#options;
    const nowMs = clock.now();
    if (this.#isReachable) logger.warn({ err }, 'the database failed; what is said waits on disk');
    this.#reached(false);
    this.#behindSinceMs ??= nowMs;
    // One that has never opened may lack a right or a password, which passes by no waiting.
    if (this.#hasOpened && nowMs - this.#behindSinceMs < BEHIND_MS) return;
    const { message } = err as Error;
    problems.report(
      'storage_behind',
      `The database cannot be written to (${message}). Conversations wait on disk, ${Math.ceil(files.bytes / 1024 / 1024)} MB so far.`,
    );
    if (nowMs - this.#complainedAtMs < COMPLAIN_MS) return;
    this.#complainedAtMs = nowMs;
    logger.error({ err, waitingBytes: files.bytes }, 'the database cannot be written to');
  }

  #drop(why: 'storage_behind' | 'data_not_written', err: unknown): void {
    const { clock, logger, problems } = this.#options;
    this.#dropped++;
    const lost = `${this.#dropped} records of conversations are lost.`;
    problems.report(why, `${this.#whyNotKept(err)}; ${lost}`);
    const nowMs = clock.now();
    if (nowMs - this.#complainedAtMs < COMPLAIN_MS) return;
    this.#complainedAtMs = nowMs;
    logger.error({ err, why, dropped: this.#dropped }, 'a record could not be kept');
  }

  #whyNotKept(err: unknown): string {
    if (err === undefined) return 'JOURNAL_MB is used up while the database is away';
    const isFull = (err as NodeJS.ErrnoException).code === 'ENOSPC';
    return isFull ? 'The disk of the data folder is full' : 'The data folder cannot be written';
  }

  #setAside(lines: readonly string[], reason: string): void {
    const isKept = this.#options.files.setAside(lines);
    this.#options.logger.error(
      { reason, records: lines.length, isKept },
      'records were set aside: the database cannot take them',
    );
  }

  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.#options.clock.after(FLUSH_MS, () => {
      this.#isFlushing = false;
      void this.#options.files.flush();
    });
  }
}

/** Postgres takes no NUL in a text, and what a program types may hold one. */
function withoutNul(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value;
}

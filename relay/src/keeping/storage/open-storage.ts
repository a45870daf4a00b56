import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ParleyError } from '@parley/shared';
import type { StorageConfig } from '../../base/config/storage-settings.ts';
import { OVER } from '../../base/lib/deadline.ts';
import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Problems } from '../../base/lib/problems.ts';
import { DatabaseThread, RequestFailed, type DatabaseMethod } from './database-thread.ts';
import type { DatabaseService } from './database-service.ts';
import { Journal } from './journal.ts';
import { JournalFiles } from './journal-files.ts';
import type { JournalRecord } from './records.ts';
import { NO_STORAGE } from './no-storage.ts';
import type { AdminStore, Storage, UserStore } from './storage.ts';

const DAY_MS = 86_400_000;

/** After the start, so that a relay that runs for an hour a day deletes too. */
const FIRST_MS = 60_000;

/** Between batches, so that a first run over years leaves room for others. */
const PAUSE_MS = 200;

const RETRY_MS = 600_000;

interface HousekeepingOptions {
  /** undefined: everything is kept for ever. */
  readonly days: number | undefined;
  /** Deletes a batch. @returns whether more is left */
  readonly removeOld: (days: number) => Promise<boolean>;
  /** What needs doing once a day besides. */
  readonly tidy: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The embedded database makes its files at the first start, which a slow disk takes long for. */
const OPEN_MS = 120_000;
const WRITE_MS = 60_000;
/** A reader waits so long for records that are not written yet. */
const FRESH_MS = 300;
const READ_MS = 10_000;
/** How long what was said last may take to reach the database when the relay stops. */
const DRAIN_MS = 1_500;
/** How long a deletion waits for what is on its way. */
const SETTLE_MS = 5_000;
const CLOSE_MS = 1_500;

export interface StorageOptions {
  readonly config: StorageConfig;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/** The storage of a relay that runs. */
export interface RunningStorage extends Storage, AsyncDisposable {
  /** Opens the database; until then records wait on the disk. Called once the relay listens. */
  begin(): void;
}

/** @throws the system's error if the folder of the journal cannot be used */
export function openStorage(options: StorageOptions): RunningStorage {
  if (options.config.isOn) return new DatabaseStorage(options);
  return { ...NO_STORAGE, begin() {}, async [Symbol.asyncDispose]() {} };
}

class DatabaseStorage implements RunningStorage {
  state: 'starting' | 'ok' | 'unavailable' = 'starting';
  readonly admin: AdminStore = {
    usage: (query) => this.#ask('groupedUsage', READ_MS, query),
    spentSince: (fromMs) => this.#ask('spentSince', READ_MS, fromMs),
    turnsBetween: (fromMs, beforeMs) => this.#ask('turnsBetween', READ_MS, fromMs, beforeMs),
  };
  readonly #files: JournalFiles;
  readonly #options: StorageOptions;
  readonly #thread: DatabaseThread;
  readonly #journal: Journal;
  readonly #housekeeping: Housekeeping;
  readonly #startedAtMs = Date.now();

  constructor(options: StorageOptions) {
    const { config, dataDir, clock, logger, problems } = options;
    this.#options = options;
    const files = (this.#files = new JournalFiles(join(dataDir, 'journal'), config.journalBytes));
    this.#thread = new DatabaseThread(
      {
        database:
          config.databaseUrl === undefined
            ? { dir: join(dataDir, 'db') }
            : { url: config.databaseUrl },
        recordingsDir: join(dataDir, 'recordings'),
        instance: instanceOf(dataDir),
        sealing: config.sealing,
      },
      clock,
    );
    this.#journal = new Journal({
      files,
      connect: () => this.#connect(),
      write: (records) => this.#thread.ask('write', WRITE_MS, records),
      onCaughtUp: () => this.#thread.ask('endLostSessions', READ_MS, this.#startedAtMs),
      onState: (isReachable) => (this.state = isReachable ? 'ok' : 'unavailable'),
      clock,
      logger,
      problems,
    });
    this.#housekeeping = new Housekeeping({
      days: config.retentionDays,
      removeOld: (days) => this.#ask('removeOld', WRITE_MS, days, Date.now()),
      tidy: async () => {
        // The record of a recording may be on its way.
        await this.#settle();
        await this.#ask('tidy', WRITE_MS, Date.now());
      },
      clock,
      logger,
    });
  }

  begin(): void {
    this.#journal.begin();
    this.#housekeeping.begin();
  }

  append(record: JournalRecord): void {
    this.#journal.append(record);
  }

  get spoolBytes(): number {
    return this.#files.bytes;
  }

  asUser({ userId }: { readonly userId: string }): UserStore {
    return {
      conversations: (query) => this.#askAfterWrites('conversations', userId, query),
      conversation: (id) => this.#askAfterWrites('conversation', userId, id),
      messages: (id) => this.#askAfterWrites('messages', userId, id),
      rename: (id, title) => this.#askAfterWrites('rename', userId, id, title),
      remove: async (id) => {
        await this.#settle();
        return this.#ask('remove', READ_MS, userId, id);
      },
      usage: (days) => this.#askAfterWrites('usage', userId, days),
      removeEverything: async () => {
        await this.#settle();
        await this.#ask('removeEverything', WRITE_MS, userId);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#housekeeping[Symbol.dispose]();
    if (this.state === 'ok') await this.#drain(DRAIN_MS);
    const stopped = this.#journal[Symbol.asyncDispose]();
    // What hangs, or is being opened, survives being cut off; what is not written stays on disk.
    if (this.state === 'ok') await this.#thread.ask('close', CLOSE_MS).catch(() => {});
    await this.#thread.terminate();
    await stopped;
  }

  async #connect(): Promise<void> {
    try {
      await this.#thread.ask('open', OPEN_MS);
    } catch (error) {
      // The embedded database does not recover from some faults, such as a full disk.
      if (this.#options.config.databaseUrl === undefined) await this.#thread.terminate();
      throw error;
    }
  }

  /** @throws ParleyError `storage_unavailable` */
  async #ask<M extends DatabaseMethod>(
    method: M,
    deadlineMs: number,
    ...args: Parameters<DatabaseService[M]>
  ): Promise<Awaited<ReturnType<DatabaseService[M]>>> {
    if (this.state !== 'ok') throw new ParleyError('storage_unavailable');
    try {
      return await this.#thread.ask(method, deadlineMs, ...args);
    } catch (cause) {
      this.#options.logger.warn({ err: cause, method }, 'the database gave no answer');
      if (!(cause instanceof RequestFailed)) this.#journal.lost();
      throw new ParleyError('storage_unavailable', { cause });
    }
  }

  /** With what was said until now, unless the database takes long to write it. */
  async #askAfterWrites<M extends DatabaseMethod>(
    method: M,
    ...args: Parameters<DatabaseService[M]>
  ): Promise<Awaited<ReturnType<DatabaseService[M]>>> {
    if (this.state === 'ok') await this.#drain(FRESH_MS);
    return this.#ask(method, READ_MS, ...args);
  }

  /** A record must not come after its deletion. */
  async #settle(): Promise<void> {
    if (this.state !== 'ok') throw new ParleyError('storage_unavailable');
    if (!(await this.#drain(SETTLE_MS))) throw new ParleyError('storage_unavailable');
  }

  /** @returns false if the database does not have everything in time */
  async #drain(deadlineMs: number): Promise<boolean> {
    const deadline = new AbortController();
    const cancel = this.#options.clock.after(deadlineMs, () => deadline.abort(OVER));
    await this.#journal.drained(deadline.signal);
    cancel();
    return !deadline.signal.aborted;
  }
}

/** A random name of the data folder, made once. */
function instanceOf(dataDir: string): string {
  const path = join(dataDir, 'instance');
  try {
    const known = readFileSync(path, 'utf8');
    if (known !== '') return known;
  } catch {
    // This is the first start.
  }
  const made = randomUUID();
  try {
    writeFileSync(path, made, { mode: 0o600 });
  } catch {
    // The disk is full; sessions that this process loses stay open in the list.
  }
  return made;
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

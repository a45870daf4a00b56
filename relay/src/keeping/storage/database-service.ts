import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import type { ConversationsQuery } from '@parley/shared';
import { listConversations, readConversation, readMessages } from './conversation-queries.ts';
import type { Database, Queries } from './database.ts';
import { titlePlace } from './kept-texts.ts';
import { migrate } from './migrate.ts';
import type { JournalRecord } from './records.ts';
import { writeRecords } from './record-writer.ts';
import { forgetRemoved, knownFiles, removeConversation, removeOld, removeUser } from './removal.ts';
import { conversations, sessions } from './schema.ts';
import { Sealing, type SealingOptions } from './sealing.ts';
import type { UsageGroup } from './storage.ts';
import { groupedUsage, spentSince, turnsBetween, usageOf } from './usage-queries.ts';
import { asUser } from './user-transaction.ts';

/** What the thread of the database is started with; plain data. */
export interface DatabaseOptions {
  /** A folder for the embedded database, or the URL of one on a server. */
  readonly database: { readonly dir: string } | { readonly url: string };
  readonly recordingsDir: string;
  /** Distinguishes this data folder from that of another relay on the same database. */
  readonly instance: string;
  readonly sealing: SealingOptions;
}

/** A recording that nothing was added to for so long runs no more, ms. */
const ORPHAN_MS = 86_400_000;
const ORPHANS_AT_ONCE = 500;

type OpenDatabase = (options: DatabaseOptions['database']) => Promise<Database>;

/**
 * What the relay asks of its database. Each method is one transaction, arguments and results can be
 * sent between threads.
 */
export class DatabaseService {
  readonly #options: DatabaseOptions;
  readonly #openDatabase: OpenDatabase;
  readonly #sealing: Sealing;
  #opened: Database | undefined;

  constructor(options: DatabaseOptions, openDatabase: OpenDatabase) {
    this.#options = options;
    this.#openDatabase = openDatabase;
    this.#sealing = new Sealing(options.sealing);
  }

  /** Opens the database if it is not open, and sees that it answers. */
  async open(): Promise<void> {
    if (this.#opened !== undefined) {
      await this.#opened.transaction((queries) => queries.execute(sql`select 1`));
      return;
    }
    const database = await this.#openDatabase(this.#options.database);
    try {
      await migrate(database);
    } catch (error) {
      await database.close().catch(() => {});
      throw error;
    }
    this.#opened = database;
  }

  /** Sessions that a relay on this data folder left running before `beforeMs` run no more. */
  async endLostSessions(beforeMs: number): Promise<void> {
    const { instance } = this.#options;
    await this.#database.transaction((queries) =>
      queries
        .update(sessions)
        .set({
          closeReason: 'relay_stopped',
          endedAt: sql`coalesce((select max(t.at) from parley.turns t where t.session_id = sessions.id), started_at)`,
          durationMs: sql`coalesce((select max(t.offset_ms) from parley.turns t where t.session_id = sessions.id), 0)`,
        })
        .where(
          and(
            eq(sessions.instance, instance),
            isNull(sessions.endedAt),
            lt(sessions.startedAt, new Date(beforeMs)),
          ),
        ),
    );
  }

  write(records: readonly JournalRecord[]) {
    return writeRecords(this.#database, this.#options.instance, records);
  }

  conversations(userId: string, query: ConversationsQuery) {
    return this.#asUser(userId, (queries) => listConversations(queries, this.#sealing, query));
  }

  conversation(userId: string, id: string) {
    return this.#asUser(userId, (queries) => readConversation(queries, this.#sealing, id));
  }

  messages(userId: string, conversationId: string) {
    return this.#asUser(userId, (queries) => readMessages(queries, this.#sealing, conversationId));
  }

  rename(userId: string, id: string, title: string): Promise<boolean> {
    const kept = this.#sealing.seal(title, titlePlace(id));
    return this.#asUser(userId, async (queries) => {
      const renamed = await queries
        .update(conversations)
        .set({ title: kept.text, titleKey: kept.key, isRenamed: true })
        .where(eq(conversations.id, id))
        .returning({ id: conversations.id });
      return renamed.length > 0;
    });
  }

  async remove(userId: string, id: string): Promise<boolean> {
    const files = await this.#asUser(userId, (queries) => removeConversation(queries, id));
    if (files === undefined) return false;
    await this.#deleteRecordings(files);
    return true;
  }

  usage(userId: string, days: { readonly from: string; readonly to: string }) {
    return this.#asUser(userId, (queries) => usageOf(queries, days));
  }

  async removeEverything(userId: string): Promise<void> {
    await this.#deleteRecordings(await removeUser(this.#database, userId));
  }

  groupedUsage(query: { readonly by: UsageGroup; readonly from: string; readonly to: string }) {
    return this.#database.transaction((queries) => groupedUsage(queries, query));
  }

  spentSince(fromMs: number) {
    return this.#database.transaction((queries) => spentSince(queries, fromMs));
  }

  turnsBetween(fromMs: number, beforeMs: number) {
    const { instance } = this.#options;
    return this.#database.transaction((queries) =>
      turnsBetween(queries, instance, fromMs, beforeMs),
    );
  }

  /** One batch of the retention job. @returns whether more is left to delete */
  async removeOld(days: number, nowMs: number): Promise<boolean> {
    const { isMore, files } = await removeOld(this.#database, days, nowMs);
    await this.#deleteRecordings(files);
    if (!isMore) await forgetRemoved(this.#database, nowMs);
    return isMore;
  }

  /** Deletes recordings that belong to no call, and tidies up a database that does not do so itself. */
  async tidy(nowMs: number): Promise<void> {
    const { recordingsDir } = this.#options;
    const old = await filesBefore(recordingsDir, nowMs - ORPHAN_MS);
    for (let from = 0; from < old.length; from += ORPHANS_AT_ONCE) {
      const names = old.slice(from, from + ORPHANS_AT_ONCE);
      const known = await this.#database.transaction((queries) => knownFiles(queries, names));
      await this.#deleteRecordings(names.filter((name) => !known.has(name)));
    }
    await this.#database.vacuum?.();
  }

  async close(): Promise<void> {
    const database = this.#opened;
    this.#opened = undefined;
    await database?.close();
  }

  get #database(): Database {
    if (this.#opened === undefined) throw new Error('The database is not open.');
    return this.#opened;
  }

  #asUser<T>(userId: string, work: (queries: Queries) => Promise<T>): Promise<T> {
    return asUser(this.#database, userId, work);
  }

  async #deleteRecordings(files: readonly string[]): Promise<void> {
    for (const file of files) {
      await rm(join(this.#options.recordingsDir, basename(file)), { force: true });
    }
  }
}

/** Names of the files in a folder that were changed before an instant, ms since 1970. */
async function filesBefore(dir: string, beforeMs: number): Promise<readonly string[]> {
  const names: string[] = [];
  // The folder does not exist until something is recorded.
  for (const name of await readdir(dir).catch(() => [])) {
    if (!name.endsWith('.rec')) continue;
    const file = await stat(join(dir, name)).catch(() => undefined);
    if (file !== undefined && file.mtimeMs < beforeMs) names.push(name);
  }
  return names;
}

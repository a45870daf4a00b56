import { randomUUID } from 'node:crypto';
import { and, eq, inArray, lt, notExists, sql, type SQL } from 'drizzle-orm';
import type { Database, Queries } from './database.ts';
import {
  conversations,
  recordings,
  removedConversations,
  sessions,
  turns,
  users,
} from './schema.ts';
import { asUser } from './user-transaction.ts';

/** Rows of one table that one transaction deletes. */
const BATCH = 500;
/** Rows of the ledger that one transaction puts a pseudonym on: a tenth of a second to a second. */
const LEDGER_BATCH = 10_000;
const DAY_MS = 86_400_000;
/** Far longer than a record may wait in the journal before an operator notices. */
const REMEMBER_REMOVED_DAYS = 90;

/** What is deleted with a row: names of files in `DATA_DIR/recordings`. */
export type RemovedFiles = readonly string[];

/** @returns undefined if the user that the transaction runs as has no such conversation */
export async function removeConversation(
  queries: Queries,
  id: string,
): Promise<RemovedFiles | undefined> {
  const files = await filesOf(queries, eq(recordings.conversationId, id));
  const removed = await queries
    .delete(conversations)
    .where(eq(conversations.id, id))
    .returning({ id: conversations.id });
  return removed.length === 0 ? undefined : files;
}

/**
 * Everything of a user; the ledger keeps its amounts. In transactions that are short enough for a
 * server's limit of a statement, and that others get in between: if it fails on the way, it can be
 * asked for again.
 */
export async function removeUser(database: Database, userId: string): Promise<RemovedFiles> {
  const files: string[] = [];
  for (let removed = BATCH; removed === BATCH;) {
    removed = await asUser(database, userId, async (queries) => {
      const latest = await queries
        .select({ id: conversations.id })
        .from(conversations)
        .where(eq(conversations.userId, userId))
        .limit(BATCH);
      const ids = latest.map(({ id }) => id);
      if (ids.length === 0) return 0;
      files.push(...(await filesOf(queries, inArray(recordings.conversationId, ids))));
      // Each leaves a mark that keeps late records out.
      await queries.delete(conversations).where(inArray(conversations.id, ids));
      return ids.length;
    });
  }
  await asUser(database, userId, (queries) => queries.delete(users).where(eq(users.id, userId)));
  const pseudonym = randomUUID();
  for (let forgotten = LEDGER_BATCH; forgotten === LEDGER_BATCH;) {
    forgotten = await asUser(database, userId, async (queries) => {
      const result = await queries.execute(
        sql`select parley.forget_me(${pseudonym}::uuid, ${LEDGER_BATCH}::int) as forgotten`,
      );
      return (result as { rows: [{ forgotten: number }] }).rows[0].forgotten;
    });
  }
  return files;
}

/** Deletes one batch of what is older than `days`. @returns whether more is left, and files */
export function removeOld(
  database: Database,
  days: number,
  nowMs: number,
): Promise<{ readonly isMore: boolean; readonly files: RemovedFiles }> {
  return database.transaction(async (queries) => {
    const limit = new Date(nowMs - days * DAY_MS);
    const files = await filesOf(queries, lt(recordings.at, limit));
    await queries.delete(recordings).where(lt(recordings.at, limit));
    const counts = [
      await deleteSome(queries, turns, turns.id, lt(turns.at, limit)),
      await deleteSome(
        queries,
        sessions,
        sessions.id,
        and(
          lt(sessions.startedAt, limit),
          sql`${sessions.endedAt} is not null`,
          notExists(queries.select().from(turns).where(eq(turns.sessionId, sessions.id))),
        ),
      ),
      await deleteSome(
        queries,
        conversations,
        conversations.id,
        and(
          lt(conversations.createdAt, limit),
          notExists(
            queries.select().from(sessions).where(eq(sessions.conversationId, conversations.id)),
          ),
        ),
      ),
      await deleteSome(
        queries,
        users,
        users.id,
        and(
          lt(users.seenAt, limit),
          notExists(queries.select().from(conversations).where(eq(conversations.userId, users.id))),
        ),
      ),
    ];
    // The first words of a conversation that goes on are as old as its first turn.
    await queries
      .update(conversations)
      .set({ title: null, titleKey: null })
      .where(
        and(
          lt(conversations.createdAt, limit),
          eq(conversations.isRenamed, false),
          sql`${conversations.title} is not null`,
        ),
      );
    return { isMore: counts.includes(BATCH), files };
  });
}

export async function forgetRemoved(database: Database, nowMs: number): Promise<void> {
  const limit = new Date(nowMs - REMEMBER_REMOVED_DAYS * DAY_MS);
  await database.transaction((queries) =>
    queries.delete(removedConversations).where(lt(removedConversations.at, limit)),
  );
}

type RemovableTable = typeof turns | typeof sessions | typeof conversations | typeof users;

/** @returns how many, at most `BATCH` */
async function deleteSome(
  queries: Queries,
  table: RemovableTable,
  id: RemovableTable['id'],
  where: SQL | undefined,
): Promise<number> {
  const old = queries.select({ id }).from(table).where(where).limit(BATCH);
  const removed = await queries.delete(table).where(inArray(id, old)).returning({ id });
  return removed.length;
}

/** The `names` that some recording is known by. */
export async function knownFiles(
  queries: Queries,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set(await filesOf(queries, inArray(recordings.file, [...names])));
}

async function filesOf(queries: Queries, where: SQL): Promise<RemovedFiles> {
  const rows = await queries.select({ file: recordings.file }).from(recordings).where(where);
  return rows.map(({ file }) => file);
}

import { sql, getTableColumns, getTableName, type SQL } from 'drizzle-orm';
import { isDataFault, withoutData, type Database, type Queries } from './database.ts';
import type { CallHeader, JournalRecord, TurnRecord } from './records.ts';
import { conversations, ledger, recordings, sessions, turns, users } from './schema.ts';
import type { PgTable } from 'drizzle-orm/pg-core';

/** Half of a pair of surrogates, as JSON writes it; Postgres takes it in no text. */
const LONE_SURROGATE = /\\ud[89a-f][0-9a-f]{2}/;

/** Every column, also those with a default: what is missing would be null. */
type WholeRow<T extends PgTable> = {
  readonly [column in keyof T['$inferSelect']]: T['$inferSelect'][column];
};

/** A record that the database refuses after every attempt. */
export interface RefusedRecord {
  readonly id: string;
  readonly reason: string;
}

/** What a stage does not count. */
const NO_UNITS = {
  audioMs: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  characters: 0,
};

/**
 * Writes records in their order, all in one transaction. If one of them is refused for what it
 * holds, the others are written without it.
 *
 * @param instance - the data folder that they come from
 * @returns those that were refused
 * @throws the database's error if it cannot be written to now
 */
export async function writeRecords(
  database: Database,
  instance: string,
  records: readonly JournalRecord[],
): Promise<readonly RefusedRecord[]> {
  try {
    await database.transaction((queries) => insertRecords(queries, instance, records));
    return [];
  } catch (error) {
    if (!isRecordsFault(error)) throw error;
    if (records.length === 1) return [{ id: records[0]!.id, reason: withoutData(error) }];
  }
  const refused: RefusedRecord[] = [];
  const half = Math.ceil(records.length / 2);
  for (const part of [records.slice(0, half), records.slice(half)]) {
    refused.push(...(await writeRecords(database, instance, part)));
  }
  return refused;
}

/** A record of another version may lack what is read of it. */
function isRecordsFault(error: unknown): boolean {
  return isDataFault(error) || error instanceof TypeError || error instanceof RangeError;
}

async function insertRecords(
  queries: Queries,
  instance: string,
  records: readonly JournalRecord[],
): Promise<void> {
  const ofCalls = records.filter((record) => record.type !== 'ledger');
  const kept = await withoutRemoved(queries, ofCalls);
  await insertCalls(queries, instance, kept);
  await insertTurns(
    queries,
    kept.filter((record) => record.type === 'turn'),
  );
  await endSessions(
    queries,
    kept.filter((record) => record.type === 'session'),
  );
  const files = kept.filter((record) => record.type === 'recording');
  await insertRows(
    queries,
    recordings,
    files.map(({ call, atMs, ...rest }) => ({ ...rest, ...idsOf(call), at: date(atMs) })),
    sql`do nothing`,
  );
  const entries = records.filter((record) => record.type === 'ledger');
  await insertRows(
    queries,
    ledger,
    entries.map(({ entry: { atMs, units, ...entry } }) => ({
      ...NO_UNITS,
      ...entry,
      ...units,
      at: date(atMs),
    })),
    sql`do nothing`,
  );
}

async function withoutRemoved<T extends { readonly call: CallHeader }>(
  queries: Queries,
  records: readonly T[],
): Promise<readonly T[]> {
  const ids = [...new Set(records.map(({ call }) => call.conversationId))];
  if (ids.length === 0) return [];
  const removed = await queries.execute(
    sql`select id from parley.removed_conversations where id in (select json_array_elements_text(${JSON.stringify(ids)}::text::json))`,
  );
  const { rows } = removed as { readonly rows: readonly { readonly id: string }[] };
  const isRemoved = new Set(rows.map(({ id }) => id));
  return records.filter(({ call }) => !isRemoved.has(call.conversationId));
}

/** Users, conversations and sessions that are not known yet. */
async function insertCalls(
  queries: Queries,
  instance: string,
  records: readonly Exclude<JournalRecord, { type: 'ledger' }>[],
): Promise<void> {
  const calls = records.map(({ call }) => call);
  await insertRows(
    queries,
    users,
    lastOfEach(calls, ({ userId }) => userId).map(({ userId, kind, plan, startedAtMs }) => ({
      id: userId,
      kind,
      plan,
      createdAt: date(startedAtMs),
      seenAt: date(startedAtMs),
    })),
    // Not with each of their turns: a row that is not changed is not written again.
    sql`(id) do update set plan = excluded.plan, seen_at = greatest(users.seen_at, excluded.seen_at)
      where users.plan <> excluded.plan or users.seen_at < excluded.seen_at`,
  );
  const titled = new Map<string, TurnRecord['title']>();
  const firstMs = new Map<string, number>();
  const latestMs = new Map<string, number>();
  for (const record of records) {
    const { conversationId, startedAtMs } = record.call;
    const atMs = record.type === 'turn' ? record.atMs : startedAtMs;
    firstMs.set(conversationId, Math.min(firstMs.get(conversationId) ?? Infinity, startedAtMs));
    latestMs.set(conversationId, Math.max(latestMs.get(conversationId) ?? 0, atMs));
    if (record.type === 'turn' && record.title !== null && !titled.has(conversationId)) {
      titled.set(conversationId, record.title);
    }
  }
  await insertRows(
    queries,
    conversations,
    lastOfEach(calls, ({ conversationId }) => conversationId).map((call) => {
      const title = titled.get(call.conversationId);
      return {
        id: call.conversationId,
        userId: call.userId,
        title: title?.text ?? null,
        titleKey: title?.key ?? null,
        isRenamed: false,
        createdAt: date(firstMs.get(call.conversationId)!),
        updatedAt: date(latestMs.get(call.conversationId)!),
      };
    }),
    sql`(id) do update set
      title = coalesce(conversations.title, excluded.title),
      title_key = case when conversations.title is null then excluded.title_key else conversations.title_key end,
      updated_at = greatest(conversations.updated_at, excluded.updated_at)`,
  );
  await insertRows(
    queries,
    sessions,
    lastOfEach(calls, ({ sessionId }) => sessionId).map(({ startedAtMs, client, ...call }) => ({
      id: call.sessionId,
      conversationId: call.conversationId,
      userId: call.userId,
      instance,
      client,
      startedAt: date(startedAtMs),
      endedAt: null,
      durationMs: 0,
      closeReason: null,
    })),
    // Another relay goes on with the call.
    sql`(id) do update set instance = excluded.instance, ended_at = null, close_reason = null
      where sessions.instance <> excluded.instance and sessions.user_id = excluded.user_id`,
  );
}

async function insertTurns(queries: Queries, records: readonly TurnRecord[]): Promise<void> {
  const latest = lastOfEach(records, ({ id }) => id);
  await insertRows(
    queries,
    turns,
    latest.map(({ call, atMs, ...turn }) => ({
      ...turn,
      ...idsOf(call),
      at: date(atMs),
      offsetMs: Math.max(0, Math.round(atMs - call.startedAtMs)),
    })),
    // Of the same user only: ids are the relay's own, but a copied one must change no other's.
    sql`(id) do update set
      revision = excluded.revision,
      user_text = excluded.user_text,
      reply_text = excluded.reply_text,
      unheard_text = excluded.unheard_text,
      text_key = excluded.text_key,
      was_interrupted = excluded.was_interrupted,
      timeline = excluded.timeline,
      providers = excluded.providers,
      error = excluded.error
      where excluded.revision > turns.revision and excluded.user_id = turns.user_id`,
  );
}

async function endSessions(
  queries: Queries,
  records: readonly Extract<JournalRecord, { type: 'session' }>[],
): Promise<void> {
  for (const { id, end } of records) {
    if (end === null) continue;
    const { atMs, durationMs, closeReason } = end;
    await queries
      .update(sessions)
      .set({ endedAt: date(atMs), durationMs: Math.round(durationMs), closeReason })
      // A relay that gave the call up may say so late.
      .where(
        sql`${sessions.id} = ${id} and (${sessions.endedAt} is null or ${sessions.endedAt} <= ${date(atMs)})`,
      );
  }
}

function idsOf({ sessionId, conversationId, userId }: CallHeader) {
  return { sessionId, conversationId, userId };
}

function lastOfEach<T>(items: readonly T[], idOf: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [idOf(item), item])).values()];
}

function date(atMs: number): Date {
  return new Date(atMs);
}

/**
 * Inserts rows of a table of the schema `parley`: one statement with one parameter, a JSON array,
 * however many they are. A parameter for each value takes three times as long, most of it in building
 * the statement and reading it again.
 *
 * @param rows - none: nothing is asked; columns that the table does not have are left out
 * @param onConflict - what follows `on conflict`
 * @throws the database's error
 */
async function insertRows<T extends PgTable>(
  queries: Queries,
  table: T,
  rows: readonly WholeRow<T>[],
  onConflict: SQL,
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.entries(getTableColumns(table));
  const named = rows.map((row) =>
    Object.fromEntries(columns.map(([key, { name }]) => [name, row[key as keyof typeof row]])),
  );
  const target = sql.raw(`parley.${getTableName(table)}`);
  const names = sql.raw(columns.map(([, { name }]) => `"${name}"`).join(', '));
  // As text first: drivers would write a parameter of the type json as JSON once more.
  await queries.execute(
    sql`insert into ${target} (${names}) select ${names} from json_populate_recordset(null::${target}, ${textOf(named)}::text::json) on conflict ${onConflict}`,
  );
}

function textOf(rows: readonly object[]): string {
  const json = JSON.stringify(rows);
  if (!LONE_SURROGATE.test(json)) return json;
  return JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
}

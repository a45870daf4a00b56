import { inArray, sql } from 'drizzle-orm';
import { isDataFault, withoutData, type Database, type Queries } from './database.ts';
import type { CallHeader, JournalRecord, TurnRecord } from './records.ts';
import {
  conversations,
  ledger,
  recordings,
  removedConversations,
  sessions,
  turns,
  users,
} from './schema.ts';

/** A record that the database refuses, whatever is tried. */
export interface RefusedRecord {
  readonly id: string;
  readonly reason: string;
}

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
  const entries = records.filter((record) => record.type === 'ledger');
  const kept = await withoutRemoved(queries, ofCalls);
  if (kept.length > 0) {
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
    if (files.length > 0) {
      await queries
        .insert(recordings)
        .values(
          files.map(({ call, atMs, ...rest }) => ({ ...rest, ...idsOf(call), at: date(atMs) })),
        )
        .onConflictDoNothing();
    }
  }
  if (entries.length === 0) return;
  await queries
    .insert(ledger)
    .values(
      entries.map(({ entry: { atMs, units, ...entry } }) => ({
        ...entry,
        ...units,
        at: date(atMs),
      })),
    )
    .onConflictDoNothing();
}

async function withoutRemoved<T extends { readonly call: CallHeader }>(
  queries: Queries,
  records: readonly T[],
): Promise<readonly T[]> {
  const ids = [...new Set(records.map(({ call }) => call.conversationId))];
  if (ids.length === 0) return [];
  const removed = await queries
    .select({ id: removedConversations.id })
    .from(removedConversations)
    .where(inArray(removedConversations.id, ids));
  const isRemoved = new Set(removed.map(({ id }) => id));
  return records.filter(({ call }) => !isRemoved.has(call.conversationId));
}

/** Users, conversations and sessions that are not known yet. */
async function insertCalls(
  queries: Queries,
  instance: string,
  records: readonly Exclude<JournalRecord, { type: 'ledger' }>[],
): Promise<void> {
  const calls = records.map(({ call }) => call);
  await queries
    .insert(users)
    .values(
      lastOfEach(calls, ({ userId }) => userId).map(({ userId, kind, plan, startedAtMs }) => ({
        id: userId,
        kind,
        plan,
        createdAt: date(startedAtMs),
        seenAt: date(startedAtMs),
      })),
    )
    .onConflictDoUpdate({
      target: users.id,
      set: { plan: sql`excluded.plan`, seenAt: sql`greatest(users.seen_at, excluded.seen_at)` },
    });
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
  await queries
    .insert(conversations)
    .values(
      lastOfEach(calls, ({ conversationId }) => conversationId).map((call) => {
        const title = titled.get(call.conversationId);
        return {
          id: call.conversationId,
          userId: call.userId,
          title: title?.text ?? null,
          titleKey: title?.key ?? null,
          createdAt: date(firstMs.get(call.conversationId)!),
          updatedAt: date(latestMs.get(call.conversationId)!),
        };
      }),
    )
    .onConflictDoUpdate({
      target: conversations.id,
      set: {
        title: sql`coalesce(conversations.title, excluded.title)`,
        titleKey: sql`case when conversations.title is null then excluded.title_key else conversations.title_key end`,
        updatedAt: sql`greatest(conversations.updated_at, excluded.updated_at)`,
      },
    });
  await queries
    .insert(sessions)
    .values(
      lastOfEach(calls, ({ sessionId }) => sessionId).map(({ startedAtMs, client, ...call }) => ({
        id: call.sessionId,
        conversationId: call.conversationId,
        userId: call.userId,
        instance,
        client,
        startedAt: date(startedAtMs),
      })),
    )
    .onConflictDoNothing();
}

async function insertTurns(queries: Queries, records: readonly TurnRecord[]): Promise<void> {
  if (records.length === 0) return;
  const latest = lastOfEach(records, ({ id }) => id);
  await queries
    .insert(turns)
    .values(
      latest.map(({ call, atMs, ...turn }) => ({
        ...turn,
        ...idsOf(call),
        at: date(atMs),
        offsetMs: Math.max(0, Math.round(atMs - call.startedAtMs)),
      })),
    )
    .onConflictDoUpdate({
      target: turns.id,
      // Of the same user only: ids are the relay's own, but a copied one must change no other's.
      setWhere: sql`excluded.revision > turns.revision and excluded.user_id = turns.user_id`,
      set: {
        revision: sql`excluded.revision`,
        userText: sql`excluded.user_text`,
        replyText: sql`excluded.reply_text`,
        unheardText: sql`excluded.unheard_text`,
        textKey: sql`excluded.text_key`,
        wasInterrupted: sql`excluded.was_interrupted`,
        timeline: sql`excluded.timeline`,
        providers: sql`excluded.providers`,
        error: sql`excluded.error`,
      },
    });
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
      .where(sql`${sessions.id} = ${id}`);
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

import { and, asc, desc, eq, gte, inArray, lt, sql, type SQL, isNotNull, or } from 'drizzle-orm';
import type {
  ConversationDetail,
  ConversationsQuery,
  ConversationsResponse,
  ConversationSummary,
  StoredTurn,
} from '@parley/shared';
import type { Queries } from './database.ts';
import { textsOf, titleOf } from './kept-texts.ts';
import { conversations, sessions, turns } from './schema.ts';
import type { Sealing } from './sealing.ts';
import type { StoredMessage } from './storage.ts';

/** Encrypted turns are read to be searched: the latest, up to this many. */
const MAX_TURNS_READ = 20_000;

const PAGE = 500;

const MAX_FOUND = 500;

const MAX_WORDS = 10;

/** Characters shown on each side of the first word. */
const AROUND = 60;

const searchFields = {
  id: turns.id,
  conversationId: turns.conversationId,
  at: turns.at,
  userText: turns.userText,
  replyText: turns.replyText,
  unheardText: turns.unheardText,
  textKey: turns.textKey,
};

/** Which other letters are the same in another case depends on the database's locale. */
const ASCII = /^[\x20-\x7e]*$/;

const DAY_MS = 86_400_000;
/** More than a call of a day has; the export of a user gets all of them in pages. */
const MAX_TURNS = 5_000;
/** The generator's memory of an earlier conversation: the latest, summarised if they are long. */
const MAX_MESSAGES = 1_000;

/** Beside each conversation; drizzle leaves tables' names out of its own columns here. */
const summaryFields = {
  id: conversations.id,
  title: conversations.title,
  titleKey: conversations.titleKey,
  createdAt: conversations.createdAt,
  updatedAt: conversations.updatedAt,
  durationMs: sql<number>`(select coalesce(sum(s.duration_ms), 0)::float8 from parley.sessions s
    where s.conversation_id = conversations.id)`,
  isLive: sql<boolean>`exists (select from parley.sessions s
    where s.conversation_id = conversations.id and s.ended_at is null)`,
  turns: sql<number>`(select count(*)::int from parley.turns t
    where t.conversation_id = conversations.id)`,
  microUsd: sql<number>`(select coalesce(sum(l.micro_usd), 0)::float8 from parley.ledger l
    join parley.sessions s on s.id = l.session_id where s.conversation_id = conversations.id)`,
  hasRecording: sql<boolean>`exists (select from parley.recordings r
    where r.conversation_id = conversations.id)`,
};
type SummaryRow = Awaited<ReturnType<typeof summaryRows>>[number];

/** Of the user that the transaction runs as, latest first. */
export async function listConversations(
  queries: Queries,
  sealing: Sealing,
  { query = '', from, to, before, limit }: ConversationsQuery,
): Promise<ConversationsResponse> {
  const found = query === '' ? undefined : await search(queries, sealing, query);
  if (found?.size === 0) return { conversations: [], next: null };
  const cursor = before === undefined ? undefined : parseCursor(before);
  const rows = await summaryRows(
    queries,
    and(
      found && inArray(conversations.id, [...found.keys()]),
      from === undefined ? undefined : gte(conversations.updatedAt, new Date(from)),
      to === undefined ? undefined : lt(conversations.createdAt, new Date(Date.parse(to) + DAY_MS)),
      cursor &&
        sql`(${conversations.updatedAt}, ${conversations.id}) < (${cursor.at}::timestamptz, ${cursor.id})`,
    ),
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    conversations: page.map((row) => ({
      ...toSummary(row, sealing),
      excerpt: found?.get(row.id) ?? null,
    })),
    next: last === undefined || rows.length <= limit ? null : cursorOf(last),
  };
}

/** undefined: the user that the transaction runs as has none such. */
export async function readConversation(
  queries: Queries,
  sealing: Sealing,
  id: string,
): Promise<ConversationDetail | undefined> {
  const [row] = await summaryRows(queries, eq(conversations.id, id), 1);
  if (row === undefined) return undefined;
  const { excerpt: _, turns: __, ...summary } = toSummary(row, sealing);
  const sessionRows = await queries
    .select({
      id: sessions.id,
      startedAt: sessions.startedAt,
      endedAt: sessions.endedAt,
      durationMs: sessions.durationMs,
      closeReason: sessions.closeReason,
      client: sessions.client,
      microUsd: sql<number>`(select coalesce(sum(l.micro_usd), 0)::float8 from parley.ledger l
        where l.session_id = sessions.id)`,
      hasRecording: sql<boolean>`exists (select from parley.recordings r where r.session_id = sessions.id)`,
    })
    .from(sessions)
    .where(eq(sessions.conversationId, id))
    .orderBy(asc(sessions.startedAt), asc(sessions.id));
  const turnRows = await queries
    .select({
      turn: turns,
      microUsd: sql<number>`(select coalesce(sum(l.micro_usd), 0)::float8 from parley.ledger l
        where l.turn_id = turns.id)`,
    })
    .from(turns)
    .where(eq(turns.conversationId, id))
    .orderBy(desc(turns.at), desc(turns.id))
    .limit(MAX_TURNS);
  return {
    ...summary,
    sessions: sessionRows.map((session) => ({
      id: session.id,
      started_at: session.startedAt.toISOString(),
      ended_at: session.endedAt?.toISOString() ?? null,
      duration_s: session.durationMs / 1_000,
      close_reason: session.closeReason,
      client: session.client,
      cost_usd: session.microUsd / 1e6,
      has_recording: session.hasRecording,
    })),
    turns: turnRows.toReversed().map(({ turn, microUsd }) => toTurn(turn, microUsd, sealing)),
  };
}

/** The latest of what was said, oldest first; undefined as for `readConversation`. */
export async function readMessages(
  queries: Queries,
  sealing: Sealing,
  id: string,
): Promise<readonly StoredMessage[] | undefined> {
  const owned = await queries
    .select({ id: conversations.id })
    .from(conversations)
    .where(eq(conversations.id, id));
  if (owned.length === 0) return undefined;
  const rows = await queries
    .select()
    .from(turns)
    .where(eq(turns.conversationId, id))
    .orderBy(desc(turns.at), desc(turns.id))
    .limit(MAX_MESSAGES / 2);
  return rows.toReversed().flatMap((turn) => {
    const { userText, replyText } = textsOf(turn, sealing);
    const messages: StoredMessage[] = [];
    if (userText) messages.push({ role: 'user', text: userText });
    if (replyText) messages.push({ role: 'assistant', text: replyText });
    return messages;
  });
}

function summaryRows(queries: Queries, where: SQL | undefined, limit: number) {
  return queries
    .select(summaryFields)
    .from(conversations)
    .where(where)
    .orderBy(desc(conversations.updatedAt), desc(conversations.id))
    .limit(limit);
}

function toSummary(row: SummaryRow, sealing: Sealing): ConversationSummary {
  return {
    id: row.id,
    title: titleOf(row, sealing) ?? row.createdAt.toISOString().slice(0, 10),
    started_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    duration_s: row.durationMs / 1_000,
    turns: row.turns,
    cost_usd: row.microUsd / 1e6,
    is_live: row.isLive,
    has_recording: row.hasRecording,
    excerpt: null,
  };
}

function toTurn(turn: typeof turns.$inferSelect, microUsd: number, sealing: Sealing): StoredTurn {
  const { userText, replyText, unheardText } = textsOf(turn, sealing);
  return {
    id: turn.id,
    session_id: turn.sessionId,
    at: turn.at.toISOString(),
    trigger: turn.trigger,
    user_text: userText,
    reply_text: replyText,
    unheard_text: unheardText,
    was_interrupted: turn.wasInterrupted,
    timeline: turn.timeline,
    offset_ms: turn.offsetMs,
    providers: turn.providers,
    error: turn.error,
    cost_usd: microUsd / 1e6,
  };
}

function cursorOf({ updatedAt, id }: SummaryRow): string {
  return `${updatedAt.getTime()}.${id}`;
}

/** A cursor that is not ours begins at the end, so that nothing follows. */
function parseCursor(cursor: string): { readonly at: string; readonly id: string } {
  const [, ms = '0', id = ''] = /^(\d{1,13})\.([\w-]*)$/.exec(cursor) ?? [];
  return { at: new Date(Number(ms)).toISOString(), id };
}

/**
 * Conversations of the user that the transaction runs as, in which one turn or the title holds all
 * words, in any case.
 *
 * @returns by conversation, the turn with the words; null: the title has them
 */
async function search(
  queries: Queries,
  sealing: Sealing,
  query: string,
): Promise<ReadonlyMap<string, string | null>> {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, MAX_WORDS);
  const plainWords = words.filter((word) => ASCII.test(word));
  const found = new Map<string, string | null>();
  let last: { readonly at: Date; readonly id: string } | undefined;
  for (let read = 0; read < MAX_TURNS_READ && found.size < MAX_FOUND; read += PAGE) {
    const page = await queries
      .select(searchFields)
      .from(turns)
      .where(
        and(
          // The database leaves out what it can read itself.
          or(isNotNull(turns.textKey), and(sql`true`, ...plainWords.map(isSaid))),
          // With an offset it would search all earlier pages again for each.
          last &&
            sql`(${turns.at}, ${turns.id}) < (${last.at.toISOString()}::timestamptz, ${last.id})`,
        ),
      )
      .orderBy(desc(turns.at), desc(turns.id))
      .limit(PAGE);
    for (const turn of page) {
      if (found.has(turn.conversationId)) continue;
      const { userText, replyText } = textsOf(turn, sealing);
      const text = [userText, replyText].filter((part) => part !== null).join(' … ');
      if (holdsAll(text, words)) found.set(turn.conversationId, excerptOf(text, words));
    }
    if (page.length < PAGE) break;
    last = page.at(-1);
  }
  const titled = await queries
    .select()
    .from(conversations)
    .where(
      or(
        isNotNull(conversations.titleKey),
        and(sql`true`, ...plainWords.map((word) => has(conversations.title, word))),
      ),
    )
    .orderBy(desc(conversations.updatedAt))
    .limit(MAX_TURNS_READ);
  for (const conversation of titled) {
    if (found.size >= MAX_FOUND || found.has(conversation.id)) continue;
    if (holdsAll(titleOf(conversation, sealing) ?? '', words)) found.set(conversation.id, null);
  }
  return found;
}

function isSaid(word: string): SQL {
  return sql`(${has(turns.userText, word)} or ${has(turns.replyText, word)})`;
}

function has(column: unknown, word: string): SQL {
  return sql`coalesce(${column} ilike ${`%${word.replaceAll(/[\\%_]/g, '\\$&')}%`}, false)`;
}

function holdsAll(text: string, words: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}

function excerptOf(text: string, words: readonly string[]): string {
  const at = Math.max(0, text.toLowerCase().indexOf(words[0] ?? ''));
  const start = Math.max(0, at - AROUND);
  const end = Math.min(text.length, at + AROUND);
  return `${start > 0 ? '…' : ''}${text.slice(start, end).trim()}${end < text.length ? '…' : ''}`;
}

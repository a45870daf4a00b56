import { and, desc, isNotNull, or, sql, type SQL } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { textsOf, titleOf } from './kept-texts.ts';
import { conversations, turns } from './schema.ts';
import type { Sealing } from './sealing.ts';

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

/**
 * Conversations of the user that the transaction runs as, in which one turn or the title holds all
 * words, whatever their case.
 *
 * @returns by conversation, where the words stand; null: in the title
 */
export async function search(
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

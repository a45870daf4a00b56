import type { conversations, turns } from './schema.ts';
import type { Sealing } from './sealing.ts';

type TitleRow = Pick<typeof conversations.$inferSelect, 'id' | 'title' | 'titleKey'>;
type TextsRow = Pick<
  typeof turns.$inferSelect,
  'id' | 'userText' | 'replyText' | 'unheardText' | 'textKey'
>;

/** Where a title is kept, for `seal`. */
export function titlePlace(conversationId: string): string {
  return `${conversationId}:title`;
}

/** Where a text of a turn is kept, for `seal`. */
export function turnPlace(turnId: string, text: 'user' | 'reply' | 'unheard'): string {
  return `${turnId}:${text}`;
}

/** The title of a conversation in plain words; null if it has none. */
export function titleOf({ id, title, titleKey }: TitleRow, sealing: Sealing): string | null {
  return title === null ? null : sealing.open({ text: title, key: titleKey }, titlePlace(id));
}

/** The texts of a turn in plain words. */
export function textsOf(row: TextsRow, sealing: Sealing) {
  const open = (text: string | null, which: Parameters<typeof turnPlace>[1]) =>
    text === null ? null : sealing.open({ text, key: row.textKey }, turnPlace(row.id, which));
  return {
    userText: open(row.userText, 'user'),
    replyText: open(row.replyText, 'reply'),
    unheardText: open(row.unheardText, 'unheard'),
  };
}

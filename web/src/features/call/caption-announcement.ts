import {
  type Conversation,
  type ConversationItem,
  type UserItem,
  replyCaption,
} from '../../client/index.ts';
import { captionText } from './caption-text.ts';

/** What stands between two parts of a conversation. */
export const DIVIDER_WORDS = {
  'new-call': 'New call',
  continued: 'You go on from here',
  'session-replaced':
    'Parley had to start over: timers and the conversation so far are gone on the server.',
  'session-reread':
    'Parley had to start over: it has read the conversation again, but timers are gone.',
} as const;

/**
 * What a screen reader announces of the conversation: each line once, when it no longer changes.
 * The visible words appear one by one, which would be read out one by one.
 *
 * Two voices at once cannot be understood: of what the person said only that it was heard is
 * announced, and an answer that is spoken not at all, unless the person wants `allWords`.
 */
export function lastSettledText(items: Conversation, allWords: boolean): string {
  const settled = items.findLast((item) => isSettled(item, allWords));
  if (settled === undefined) return '';
  if (settled.kind === 'divider') {
    // That a call begins is said by the call itself.
    const isCall = settled.reason === 'new-call' || settled.reason === 'continued';
    return isCall ? '' : DIVIDER_WORDS[settled.reason];
  }
  if (settled.kind === 'user') return announcementOfUser(items, settled, allWords);
  const { heard } = replyCaption(settled);
  return settled.status === 'interrupted' ? `Parley, interrupted: ${heard}` : `Parley: ${heard}`;
}

function announcementOfUser(items: Conversation, item: UserItem, allWords: boolean): string {
  if (item.state === 'failed' || item.state === 'unrecognised') return 'Not understood';
  if (item.state === 'typed') return `You: ${item.text}`;
  if (allWords) return `You: ${captionText(item.text)}`;
  // The same words twice are announced once: a space that is not spoken makes them differ.
  const isOdd = items.filter(({ kind }) => kind === 'user').length % 2 === 1;
  return isOdd ? 'Heard' : 'Heard\u00a0';
}

function isSettled(item: ConversationItem, allWords: boolean): boolean {
  switch (item.kind) {
    case 'divider':
      return true;
    case 'user':
      return item.state !== 'partial';
    case 'reply':
      if (item.status === 'running' || item.parts.length === 0) return false;
      return allWords || !item.spoken || item.status === 'failed';
  }
}

import {
  replyCaption,
  type Conversation,
  type ConversationItem,
} from '../../store/conversation-state.ts';
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
 */
export function lastSettledText(items: Conversation): string {
  const settled = items.findLast(isSettled);
  if (settled === undefined) return '';
  if (settled.kind === 'divider') {
    // That a call begins is said by the call itself.
    const isCall = settled.reason === 'new-call' || settled.reason === 'continued';
    return isCall ? '' : DIVIDER_WORDS[settled.reason];
  }
  if (settled.kind === 'user') {
    return settled.state === 'failed'
      ? 'Not understood'
      : `You: ${settled.state === 'typed' ? settled.text : captionText(settled.text)}`;
  }
  const { heard } = replyCaption(settled);
  return settled.status === 'interrupted' ? `Parley, interrupted: ${heard}` : `Parley: ${heard}`;
}

function isSettled(item: ConversationItem): boolean {
  switch (item.kind) {
    case 'divider':
      return true;
    case 'user':
      return item.state !== 'partial';
    case 'reply':
      return item.status !== 'running' && item.parts.length > 0;
  }
}

import {
  replyCaption,
  type Conversation,
  type ConversationItem,
} from '../../store/conversation-state.ts';

/** What stands where the other side has forgotten everything. */
export const DIVIDER_WORDS = {
  'new-call': 'New call',
  'session-replaced':
    'Parley had to start over: timers and the conversation so far are gone on the server.',
} as const;

/**
 * What a screen reader announces of the conversation: each line once, when it no longer changes.
 * The visible words appear one by one, which would be read out one by one.
 */
export function lastSettledText(items: Conversation): string {
  const settled = items.findLast(isSettled);
  if (settled === undefined) return '';
  if (settled.kind === 'divider') {
    // The new call says so itself.
    return settled.reason === 'new-call' ? '' : DIVIDER_WORDS[settled.reason];
  }
  if (settled.kind === 'user') {
    return settled.state === 'failed' ? 'Not understood' : `You: ${settled.text}`;
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

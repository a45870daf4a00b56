import type { ConversationDetail, StoredTurn } from '@parley/shared';
import type { ContinuedConversation } from './call-facts.ts';
import {
  MAX_CONVERSATION_ITEMS,
  type ConversationItem,
  type ReplyItem,
} from './conversation-state.ts';

/** A kept conversation as captions: the last of it, to go on from. */
export function earlierConversation({ id, turns }: ConversationDetail): ContinuedConversation {
  const items = turns.flatMap(captionsOf).slice(1 - MAX_CONVERSATION_ITEMS);
  return { id, items };
}

function captionsOf(turn: StoredTurn): readonly ConversationItem[] {
  const captions: ConversationItem[] = [];
  if (turn.user_text !== null) {
    captions.push({
      kind: 'user',
      id: `${turn.id}-user`,
      text: turn.user_text,
      state: turn.trigger === 'text' ? 'typed' : 'final',
      utterance: null,
    });
  }
  if (turn.reply_text !== null || turn.unheard_text !== null) captions.push(replyOf(turn));
  return captions;
}

/** Of a kept reply nothing is left to play: what was heard is over, and the rest never begins. */
function replyOf({ id, trigger, ...turn }: StoredTurn): ReplyItem {
  const texts = [turn.reply_text, turn.unheard_text];
  return {
    kind: 'reply',
    id: `${id}-reply`,
    trigger,
    utterance: null,
    spoken: true,
    parts: texts.flatMap((text, clause) =>
      text === null ? [] : [{ clause, fromCharacter: 0, text, voice: { kind: 'page' } as const }],
    ),
    playedMs: 0,
    voicedClause: turn.reply_text === null ? null : 0,
    status: turn.unheard_text === null ? 'completed' : 'interrupted',
  };
}

import type { ConversationDetail, StoredTurn } from '@parley/shared';
import type { ContinuedConversation } from './call-facts.ts';
import {
  MAX_CONVERSATION_ITEMS,
  type ConversationItem,
  type ReplyItem,
} from './conversation-state.ts';
import type { CallState } from './call-state.ts';

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

const TALK_KEY = 'parley.last-talk';

/**
 * The conversation of a call that ended though its person did not hang up, as far as the relay
 * keeps it: another call can continue it.
 *
 * @returns null if there is nothing to go back to, or the call was ended on purpose
 */
export function lostConversationOf(state: CallState): ContinuedConversation | null {
  const { standing, keptAs, conversation } = state;
  if (standing.kind !== 'over' || keptAs === null || conversation.length === 0) return null;
  const { reason, retry } = standing.reason;
  return reason === 'idle' || retry !== 'never' ? { id: keptAs, items: conversation } : null;
}

/** The last call on this device: the conversation it was kept as, if it was. */
interface LastTalk {
  readonly id: string | null;
  readonly atMs: number;
}

/** @returns null if there was none, as far as this browser says */
export function lastTalk(): LastTalk | null {
  try {
    return JSON.parse(localStorage.getItem(TALK_KEY) ?? 'null') as LastTalk | null;
  } catch {
    return null;
  }
}

export function rememberTalk(id: string | null): void {
  try {
    localStorage.setItem(TALK_KEY, JSON.stringify({ id, atMs: Date.now() } satisfies LastTalk));
  } catch {
    // The next visit loads a moment later, and offers nothing to go on with.
  }
}

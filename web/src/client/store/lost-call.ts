import type { ContinuedConversation } from './call-facts.ts';
import type { CallState } from './call-state.ts';

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
export interface LastTalk {
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

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

/**
 * The id of the last conversation on this device that is kept; empty if none is, null if there was
 * no call. Reading `localStorage` itself throws if the browser forbids it.
 */
export function lastTalk(): string | null {
  try {
    return localStorage.getItem(TALK_KEY);
  } catch {
    return null;
  }
}

export function rememberTalk(keptAs: string | null): void {
  try {
    localStorage.setItem(TALK_KEY, keptAs ?? lastTalk() ?? '');
  } catch {
    // The next visit loads a moment later.
  }
}

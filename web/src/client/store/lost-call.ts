import type { ContinuedConversation } from './call-facts.ts';
import type { CallState } from './call-state.ts';

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

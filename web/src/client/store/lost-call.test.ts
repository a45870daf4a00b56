import { expect, test } from 'vitest';
import { CLOSE_REASONS, type CloseReason } from '@parley/shared/close-codes';
import { callStateAfter, type CallState } from './call-state.ts';
import { lostConversationOf } from './earlier-conversation.ts';
import { runningCall } from './running-call.fake.ts';

const SAID = [
  { kind: 'user', id: 'u', text: 'hello', state: 'final', utterance: 1 },
] as const satisfies CallState['conversation'];

function ended(reason: CloseReason, change: Partial<CallState> = {}): CallState {
  const running = runningCall({ conversation: SAID, keptAs: 'conversation-1', ...change });
  return callStateAfter(running, { type: 'call-ended', reason, atMs: 0 });
}

test('a call that broke off, or fell silent, can be gone back to', () => {
  const lost = { id: 'conversation-1', items: SAID };
  expect(lostConversationOf(ended(CLOSE_REASONS.draining))).toEqual(lost);
  expect(lostConversationOf(ended(CLOSE_REASONS.idle))).toEqual(lost);
});

test('a call that was ended on purpose, was not kept, or said nothing, cannot', () => {
  expect(lostConversationOf(ended(CLOSE_REASONS.normal))).toBeNull();
  expect(lostConversationOf(ended(CLOSE_REASONS.signedOut))).toBeNull();
  expect(lostConversationOf(ended(CLOSE_REASONS.budgetExhausted))).toBeNull();
  expect(lostConversationOf(ended(CLOSE_REASONS.draining, { keptAs: null }))).toBeNull();
  expect(lostConversationOf(ended(CLOSE_REASONS.draining, { conversation: [] }))).toBeNull();
  expect(lostConversationOf(runningCall({ keptAs: 'conversation-1' }))).toBeNull();
});

import { expect, it } from 'vitest';
import type { ConversationDetail, StoredTurn } from '@parley/shared';
import { callStateAfter, INITIAL_CALL_STATE } from './call-state.ts';
import { MAX_CONVERSATION_ITEMS, replyCaption } from './conversation-state.ts';
import { earlierConversation } from './earlier-conversation.ts';

const turn = (id: string, change: Partial<StoredTurn> = {}): StoredTurn => ({
  id,
  session_id: 's',
  at: '2026-11-20T12:00:00.000Z',
  trigger: 'speech',
  user_text: 'how many hearts',
  reply_text: 'Three hearts.',
  unheard_text: null,
  was_interrupted: false,
  timeline: {},
  offset_ms: 0,
  providers: {},
  error: null,
  cost_usd: 0,
  ...change,
});
const itemsOf = (...turns: readonly StoredTurn[]) =>
  earlierConversation({ id: 'conv', turns } as unknown as ConversationDetail).items;
const replyIn = (...turns: readonly StoredTurn[]) => {
  const reply = itemsOf(...turns).find((item) => item.kind === 'reply');
  return reply?.kind === 'reply' ? replyCaption(reply) : undefined;
};

it('shows what was heard, and apart from it what was not', () => {
  expect(replyIn(turn('whole'))).toMatchObject({ heard: 'Three hearts.', unheard: '' });
  expect(replyIn(turn('cut', { unheard_text: 'Two of them pump.' }))).toMatchObject({
    heard: 'Three hearts.',
    unheard: 'Two of them pump.',
  });
  expect(replyIn(turn('mute', { reply_text: null, unheard_text: 'All of it.' }))).toMatchObject({
    heard: '',
    unheard: 'All of it.',
  });
});

it('leaves out what was not said', () => {
  expect(itemsOf(turn('timer', { user_text: null, trigger: 'timer' }))).toHaveLength(1);
  expect(itemsOf(turn('failed', { reply_text: null }))).toHaveLength(1);
});

it('shows the last of a long conversation, with the place from which a call goes on', () => {
  const turns = Array.from({ length: 500 }, (_, index) => turn(String(index)));
  const earlier = earlierConversation({ id: 'conv', turns } as unknown as ConversationDetail);
  const state = callStateAfter(INITIAL_CALL_STATE, {
    type: 'call-started',
    microphone: true,
    dividerId: 'here',
    earlier,
  });
  expect(state.conversation).toHaveLength(MAX_CONVERSATION_ITEMS);
  expect(state.conversation.at(-1)).toMatchObject({ kind: 'divider', reason: 'continued' });
  expect(state.conversation.at(-2)?.id).toBe('499-reply');
  expect(state.continues).toBe('conv');
  // A session that is lost in it is followed by one that has read it again.
  const notice = { type: 'session-replaced' } as const;
  const replaced = callStateAfter(state, { type: 'notice', notice, atMs: 1 });
  expect(replaced.conversation.at(-1)).toMatchObject({ reason: 'session-reread' });
});

import { expect, test } from 'vitest';
import type { ReplyItem, UserItem } from '../../store/conversation-state.ts';
import { lastSettledText } from './caption-announcement.ts';

const USER: UserItem = { kind: 'user', id: 'u1', text: 'hello', state: 'final', utterance: 1 };
const REPLY: ReplyItem = {
  kind: 'reply',
  id: 'r1',
  trigger: 'speech',
  utterance: 1,
  spoken: true,
  parts: [
    {
      clause: 0,
      fromCharacter: 0,
      text: 'Good morning to you.',
      voice: { kind: 'relay', startMs: 0, audioMs: null, wordEndsMs: [] },
    },
  ],
  playedMs: 900,
  voicedClause: null,
  status: 'running',
};

test('a line is read out when it no longer changes', () => {
  expect(lastSettledText([])).toBe('');
  expect(lastSettledText([{ ...USER, state: 'partial' }])).toBe('');
  expect(lastSettledText([USER, REPLY])).toBe('You: Hello');
  expect(lastSettledText([USER, { ...REPLY, status: 'completed' }])).toBe(
    'Parley: Good morning to you.',
  );
});

test('of an interrupted reply, only what was heard is read out', () => {
  expect(lastSettledText([{ ...REPLY, status: 'interrupted', playedMs: 800 }])).toBe(
    'Parley, interrupted: Good morning ',
  );
});

test('a session that was lost is read out, a new call is not', () => {
  const divider = { kind: 'divider', id: 'd' } as const;
  expect(lastSettledText([USER, { ...divider, reason: 'new-call' }])).toBe('');
  expect(lastSettledText([USER, { ...divider, reason: 'session-replaced' }])).toContain(
    'timers and the conversation so far are gone',
  );
});

import { expect, test } from 'vitest';
import {
  captionsOf,
  type ConversationState,
  type ReplyItem,
  type UserItem,
} from '../../client/index.ts';
import { lastSettledText as lastSettledCaption } from './captions.tsx';

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

const lastSettledText = (items: ConversationState, allWords: boolean) =>
  lastSettledCaption(captionsOf(items), allWords);

test('a line is read out when it no longer changes', () => {
  expect(lastSettledText([], true)).toBe('');
  expect(lastSettledText([{ ...USER, state: 'partial' }], true)).toBe('');
  expect(lastSettledText([USER, REPLY], true)).toBe('You: Hello');
  expect(lastSettledText([USER, { ...REPLY, status: 'completed' }], true)).toBe(
    'Parley: Good morning to you.',
  );
});

test('over the voice nothing but that the person was heard is read out, once per utterance', () => {
  const typed: UserItem = { ...USER, id: 'u2', text: 'as typed', state: 'typed' };
  expect(lastSettledText([{ ...USER, state: 'partial' }], false)).toBe('');
  const first = lastSettledText([USER], false);
  const second = lastSettledText([USER, REPLY, { ...USER, id: 'u2' }], false);
  expect([first, second].map((text) => text.trim())).toEqual(['Heard', 'Heard']);
  expect(second).not.toBe(first);
  // The answer was spoken: its end changes nothing.
  expect(lastSettledText([USER, { ...REPLY, status: 'completed' }], false)).toBe(first);
  expect(lastSettledText([USER, typed], false)).toBe('You: as typed');
});

test('an answer that has no voice is read out in any case', () => {
  const silent = { ...REPLY, spoken: false, status: 'completed' } as const;
  expect(lastSettledText([USER, silent], false)).toBe('Parley: Good morning to you.');
});

test('of an interrupted reply, only what was heard is read out', () => {
  expect(lastSettledText([{ ...REPLY, status: 'interrupted', playedMs: 800 }], true)).toBe(
    'Parley, interrupted: Good morning ',
  );
});

test('a session that was lost is read out, a new call is not', () => {
  const divider = { kind: 'divider', id: 'd' } as const;
  expect(lastSettledText([USER, { ...divider, reason: 'new-call' }], true)).toBe('');
  expect(lastSettledText([USER, { ...divider, reason: 'session-replaced' }], true)).toContain(
    'timers and the conversation so far are gone',
  );
});

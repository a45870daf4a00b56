import { expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { INITIAL_CALL_STATE, type CallState } from './call-state.ts';
import { captionsOf, followVoice } from './captions.ts';
import type { ReplyItem, UserItem } from './conversation-state.ts';
import type { ReplyCaption } from './reply-caption.ts';

const USER: UserItem = { kind: 'user', id: 'u', text: 'hello there', state: 'final', utterance: 1 };
const REPLY: ReplyItem = {
  kind: 'reply',
  id: 'r',
  trigger: 'speech',
  utterance: 1,
  spoken: true,
  parts: ['One two. ', 'Three.'].map((text, clause) => ({
    clause,
    fromCharacter: 0,
    text,
    voice: { kind: 'relay', startMs: 1_000 * clause, audioMs: 800, wordEndsMs: [400, 800] },
  })),
  playedMs: 0,
  voicedClause: null,
  status: 'running',
};

test('a line is read as it would be written, and stays the same object until its words change', () => {
  const [user, reply] = captionsOf([USER, REPLY]);
  expect(user).toMatchObject({ text: 'Hello there' });
  expect(reply).toMatchObject({ text: 'One two. Three.' });
  const [sameUser, longer] = captionsOf([
    USER,
    { ...REPLY, parts: [...REPLY.parts, { ...REPLY.parts[0]!, clause: 2, text: ' Four.' }] },
  ]);
  expect(sameUser).toBe(user);
  expect(longer).toMatchObject({ text: 'One two. Three. Four.' });
  expect(captionsOf([{ ...USER, state: 'typed' }])).toMatchObject([{ text: 'hello there' }]);
});

test('who follows a reply hears of each of its words once, however often the voice reports', () => {
  const call = createStore<CallState>(() => INITIAL_CALL_STATE);
  const heard: string[] = [];
  const before: (ReplyCaption | null)[] = [];
  const unfollow = followVoice(call, REPLY, (now, earlier) => {
    heard.push(`${now.heard}|${now.begun}`);
    before.push(earlier);
  });
  const play = (responseId: string, playedMs: number) =>
    call.setState({ playback: { responseId, playedMs } });
  for (let playedMs = 50; playedMs < 1_100; playedMs += 100) play('r', playedMs);
  play('another', 5_000);
  expect(heard).toEqual(['|', '|One ', 'One |two. ', 'One two. |', 'One two. |Three.', '|']);
  expect(before.map((earlier) => earlier?.begun)).toEqual([
    undefined,
    '',
    'One ',
    'two. ',
    '',
    'Three.',
  ]);
  unfollow();
  play('r', 500);
  expect(heard).toHaveLength(6);
});

test('a reply that was cut is followed to the place where it was', () => {
  const call = createStore<CallState>(() => ({
    ...INITIAL_CALL_STATE,
    playback: { responseId: 'r', playedMs: 9_000 },
  }));
  const cut: ReplyCaption[] = [];
  followVoice(call, { ...REPLY, status: 'interrupted', playedMs: 500 }, (now) => cut.push(now));
  expect(cut).toEqual([{ heard: 'One ', begun: '', coming: '', unheard: 'two. Three.' }]);
});

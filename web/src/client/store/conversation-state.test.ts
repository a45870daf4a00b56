import { describe, expect, test } from 'vitest';
import {
  conversationAfter,
  MAX_CONVERSATION_ITEMS,
  replyCaption,
  withCallOver,
  withPlayback,
  withDivider,
  withSessionReplaced,
  withTypedText,
  type ContentNotice,
  type ConversationState,
} from './conversation-state.ts';

function after(...notices: ContentNotice[]): ConversationState {
  return notices.reduce(conversationAfter, []);
}

function said(
  utterance: number,
  text: string,
  state: 'partial' | 'final' | 'unrecognised' | 'failed' = 'final',
) {
  return { type: 'user-transcript', itemId: `u${utterance}`, utterance, text, state } as const;
}

function started(responseId: string, utterance: number | null = null, spoken = true) {
  return { type: 'response-started', responseId, trigger: 'speech', utterance, spoken } as const;
}

function clause(responseId: string, index: number, text: string, audioStartMs: number | null) {
  return {
    type: 'response-text',
    responseId,
    clause: index,
    fromCharacter: 0,
    text,
    audioStartMs,
    byPage: false,
  } as const;
}

function ended(responseId: string, status: 'completed' | 'cancelled' | 'failed', heardMs: number) {
  return { type: 'response-ended', responseId, status, heardMs } as const;
}

function texts(items: ConversationState): string[] {
  return items.map((item) => {
    if (item.kind === 'divider') return '—';
    if (item.kind === 'user') return item.text;
    const { heard, begun } = replyCaption(item);
    return heard + begun;
  });
}

describe('what the person says', () => {
  test('over a reply is not kept if it was a backchannel', () => {
    const partial = [said(1, 'what time is it'), said(2, 'mhm', 'partial')];
    const decided = { type: 'interruption-decided', utterance: 2 } as const;
    expect(texts(after(...partial, { ...decided, interrupted: false }))).toEqual([
      'what time is it',
    ]);
    expect(texts(after(...partial, { ...decided, interrupted: true }))).toEqual([
      'what time is it',
      'mhm',
    ]);
  });

  test('grows in place and settles', () => {
    const items = after(
      said(1, 'what', 'partial'),
      said(1, 'what time', 'partial'),
      said(1, 'what time is it'),
    );
    expect(items).toMatchObject([{ text: 'what time is it', state: 'final' }]);
  });

  test('leaves nothing behind if no words were understood', () => {
    expect(after(said(1, 'uh', 'partial'), said(1, ' '))).toEqual([]);
    expect(after(said(1, '', 'partial'))).toEqual([]);
  });

  test('keeps the last words while a partial is empty for a moment', () => {
    expect(texts(after(said(1, 'set a', 'partial'), said(1, '', 'partial')))).toEqual(['set a']);
  });

  test('stays as a failure that can be shown', () => {
    expect(after(said(1, '', 'failed'))).toMatchObject([{ kind: 'user', state: 'failed' }]);
  });

  test('stays as speech that was not understood, in place of what it seemed to be', () => {
    expect(after(said(1, 'tell me', 'partial'), said(1, '', 'unrecognised'))).toMatchObject([
      { kind: 'user', state: 'unrecognised', text: '' },
    ]);
  });

  test('goes above the answer to it when the answer was faster', () => {
    const items = after(
      started('r1', 4),
      clause('r1', 0, 'Noon.', null),
      said(4, 'what time is it'),
    );
    expect(items.map((item) => item.kind)).toEqual(['user', 'reply']);
  });
});

describe('words come in the order of speaking', () => {
  test('if a later utterance showed its first words earlier', () => {
    const items = after(
      said(2, 'cancel', 'partial'),
      said(1, 'set a timer', 'partial'),
      said(2, 'cancel the timer', 'partial'),
      said(1, 'set a timer for five minutes'),
      said(2, 'cancel the timer'),
    );
    expect(texts(items)).toEqual(['set a timer for five minutes', 'cancel the timer']);
  });

  test('if something was typed before they were recognised, and has no answer yet', () => {
    const typed = withTypedText(after(started('r1'), said(2, 'and', 'partial')), 't1', 'typed');
    const items = [said(1, 'one'), said(2, 'and two')].reduce(conversationAfter, typed);
    expect(texts(items)).toEqual(['', 'one', 'and two', 'typed']);
    const answered = [started('r2'), said(3, 'three')].reduce(conversationAfter, items);
    expect(texts(answered)).toEqual(['', 'one', 'and two', 'typed', '', 'three']);
  });
});

describe('a reply', () => {
  test('shows a clause in its place in any order of arrival', () => {
    const items = after(
      started('r1', 1, false),
      clause('r1', 1, 'two', null),
      clause('r1', 0, 'one ', null),
    );
    expect(texts(items)).toEqual(['one two']);
  });

  test('shows only what has begun while it is spoken, and all of it once complete', () => {
    const begun = after(started('r1'), clause('r1', 0, 'One two three.', 0));
    const speaking = withPlayback(begun, { responseId: 'r1', playedMs: 260 });
    expect(texts(speaking)).toEqual(['One two ']);
    expect(texts(conversationAfter(speaking, ended('r1', 'completed', 300)))).toEqual([
      'One two three.',
    ]);
  });

  test('keeps what was not heard apart once it is interrupted', () => {
    const items = after(started('r1'), clause('r1', 0, 'One two three.', 0), {
      ...ended('r1', 'cancelled', 300),
      suggestions: ['Another one'],
    });
    const reply = items[0];
    if (reply?.kind !== 'reply') throw new Error('expected a reply');
    expect(reply.status).toBe('interrupted');
    expect(reply.suggestions).toBeUndefined();
    expect(replyCaption(reply)).toMatchObject({ heard: 'One ', unheard: 'two three.' });
  });

  test('hears of no progress after its end', () => {
    const items = after(
      started('r1'),
      clause('r1', 0, 'One two three.', 0),
      ended('r1', 'cancelled', 0),
    );
    expect(withPlayback(items, { responseId: 'r1', playedMs: 5_000 })).toBe(items);
    expect(texts(items)).toEqual(['']);
  });

  test('is not begun twice when events are replayed after a reconnect', () => {
    const once = after(started('r1'), clause('r1', 0, 'Hello.', null));
    expect(conversationAfter(once, started('r1'))).toBe(once);
  });

  test('that is unknown changes nothing', () => {
    const items = after(said(1, 'hello'));
    expect(conversationAfter(items, clause('other', 0, 'x', null))).toBe(items);
  });
});

test('a new call is set apart from what was said before, but not from nothing', () => {
  expect(withDivider([], 'd1')).toEqual([]);
  const items = withDivider(withTypedText([], 't1', 'hello'), 'd1');
  expect(items.map((item) => item.kind)).toEqual(['user', 'divider']);
  expect(withDivider(items, 'd2')).toBe(items);
});

test('a call that ends leaves no reply running', () => {
  const items = withCallOver(after(started('r1'), clause('r1', 0, 'Hello there.', 0)), null);
  expect(items).toMatchObject([{ status: 'interrupted' }]);
});

test('the conversation is bounded, oldest out first', () => {
  let items: ConversationState = [];
  for (let number = 0; number < MAX_CONVERSATION_ITEMS + 5; number += 1) {
    items = withTypedText(items, `t${number}`, `text ${number}`);
  }
  expect(items).toHaveLength(MAX_CONVERSATION_ITEMS);
  expect(items[0]).toMatchObject({ text: 'text 5' });
});

test('words of the page’s own recogniser stay below an answer that still runs', () => {
  const items = after(started('r1'), clause('r1', 0, 'Noon.', null), {
    ...said(1, 'wait a moment', 'partial'),
    utterance: null,
  });
  expect(items.map((item) => item.kind)).toEqual(['reply', 'user']);
});

test('what the page speaks is revealed clause by clause, and not taken back', () => {
  const voiced = (index: number) =>
    ({ type: 'response-voiced', responseId: 'r1', clause: index }) as const;
  const begun = [
    started('r1'),
    { ...clause('r1', 0, 'One. ', null), byPage: true },
    { ...clause('r1', 1, 'Two.', null), byPage: true },
  ];
  expect(texts(after(...begun))).toEqual(['']);
  expect(texts(after(...begun, voiced(0)))).toEqual(['One. ']);
  expect(texts(after(...begun, voiced(1), voiced(0)))).toEqual(['One. Two.']);
  const [interrupted] = after(...begun, voiced(0), ended('r1', 'cancelled', 0));
  expect(interrupted?.kind === 'reply' && replyCaption(interrupted)).toMatchObject({
    heard: 'One. ',
    unheard: 'Two.',
  });
});

test('a session that was replaced is marked once, if there is anything to forget', () => {
  expect(withSessionReplaced([], 'd')).toEqual([]);
  const items = withSessionReplaced(after(said(1, 'hello')), 'd');
  expect(items.at(-1)).toEqual({ kind: 'divider', id: 'd', reason: 'session-replaced' });
  expect(withSessionReplaced(items, 'd')).toBe(items);
});

describe('a voice that broke off inside a clause', () => {
  const TAKEN_OVER = [
    started('r1'),
    clause('r1', 0, 'Here is the first part.', 0),
    clause('r1', 1, ' And here is the rest of it.', 1_200),
    { ...clause('r1', 1, ' the rest of it.', null), fromCharacter: 12, byPage: true },
  ];

  test('is followed by the page’s own: its words are shown once', () => {
    expect(texts(after(...TAKEN_OVER, ended('r1', 'completed', 5_000)))).toEqual([
      'Here is the first part. And here is the rest of it.',
    ]);
  });

  test('may be in the first clause, which has no space before it', () => {
    const conversation = after(
      started('r1'),
      clause('r1', 0, 'Here is the first part.', 0),
      { ...clause('r1', 0, ' the first part.', null), fromCharacter: 8, byPage: true },
      ended('r1', 'completed', 5_000),
    );
    expect(texts(conversation)).toEqual(['Here is the first part.']);
  });

  test('before its first word leaves the whole clause to the page', () => {
    const conversation = after(
      started('r1'),
      clause('r1', 0, 'Here is the first part.', 0),
      { ...clause('r1', 0, 'Here is the first part.', null), byPage: true },
      ended('r1', 'cancelled', 5_000),
    );
    expect(texts(conversation)).toEqual(['']);
  });

  test('leaves the rest unheard until the page speaks it', () => {
    const interrupted = ended('r1', 'cancelled', 60_000);
    expect(texts(after(...TAKEN_OVER, interrupted))).toEqual([
      'Here is the first part. And here is',
    ]);
    const voiced = { type: 'response-voiced', responseId: 'r1', clause: 1 } as const;
    expect(texts(after(...TAKEN_OVER, voiced, interrupted))).toEqual([
      'Here is the first part. And here is the rest of it.',
    ]);
  });
});

test('an interrupted reply keeps the words that the voice had spoken to their end', () => {
  const timed = {
    type: 'response-timed',
    responseId: 'r1',
    clause: 0,
    audioStartMs: 100,
    audioMs: 2_000,
    wordEndsMs: [150, 300, 1_300, 1_700, 2_000],
  } as const;
  const reply = [started('r1'), clause('r1', 0, 'I am extraordinarily happy today.', 100), timed];
  expect(texts(after(...reply, ended('r1', 'cancelled', 1_100)))).toEqual(['I am ']);
  const playedMs = 1_100;
  expect(texts(withPlayback(after(...reply), { responseId: 'r1', playedMs }))).toEqual([
    'I am extraordinarily ',
  ]);
});

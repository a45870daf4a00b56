import { expect, test } from 'vitest';
import type { ConversationState, ReplyItem, UserItem } from '../../client/index.ts';
import { transcriptMarkdown, transcriptOf, callTranscriptText } from './call-summary.tsx';

const user = (id: string, text: string, state: UserItem['state'] = 'final'): UserItem => ({
  kind: 'user',
  id,
  text,
  state,
  utterance: null,
});

/** Of which the first clause was heard, and the second was not. */
const cut: ReplyItem = {
  kind: 'reply',
  id: 'r',
  trigger: 'speech',
  utterance: null,
  spoken: true,
  parts: ['Three hearts. ', 'Two pump blood.'].map((text, clause) => ({
    clause,
    fromCharacter: 0,
    text,
    voice: { kind: 'page' },
  })),
  playedMs: 0,
  voicedClause: 0,
  status: 'interrupted',
};

const CONVERSATION: ConversationState = [
  user('before', 'of another call'),
  { kind: 'divider', id: 'd', reason: 'new-call' },
  user('a', 'tell me about octopuses'),
  cut,
  user('b', '', 'failed'),
  user('e', '', 'unrecognised'),
  user('c', '# *typed*', 'typed'),
];

test('holds the last call, what was heard of each answer and what was not', () => {
  expect(callTranscriptText(transcriptOf(CONVERSATION))).toBe(
    'You: Tell me about octopuses\n' +
      'Parley: Three hearts. [not heard: Two pump blood.]\n' +
      'You: # *typed*\n',
  );
});

test('as Markdown, what was said stays text', () => {
  expect(transcriptMarkdown(transcriptOf(CONVERSATION), 'Parley, 1. May')).toBe(
    '# Parley, 1. May\n\n' +
      '**You:** Tell me about octopuses\n\n' +
      '**Parley:** Three hearts. ~~Two pump blood.~~\n\n' +
      '**You:** \\# \\*typed\\*\n',
  );
});

test('of nothing there is nothing', () => {
  expect(callTranscriptText(transcriptOf([]))).toBe('');
});

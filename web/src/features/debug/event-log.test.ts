import { expect, test } from 'vitest';
import type { LoggedEntry } from '../../client/index.ts';
import { filteredLog, logTime } from './event-log.tsx';

const LOG: readonly LoggedEntry[] = [
  { id: 1, atMs: 1, source: 'vad', name: 'speech start', detail: 'p 0.81' },
  {
    id: 2,
    atMs: 2,
    source: 'sent',
    name: 'input_audio_buffer.speech_started',
    detail: 'utterance 6',
  },
  { id: 3, atMs: 3, source: 'received', name: 'response.done', detail: 'completed' },
];

function ids(source: Parameters<typeof filteredLog>[1]['source'], words: string): number[] {
  return filteredLog(LOG, { source, words, turn: null }).map((entry) => entry.id);
}

test('the log is filtered by source and by every word', () => {
  expect(ids('all', '')).toEqual([1, 2, 3]);
  expect(ids('vad', '')).toEqual([1]);
  expect(ids('all', 'SPEECH')).toEqual([1, 2]);
  expect(ids('all', 'speech utterance')).toEqual([2]);
  expect(ids('received', 'speech')).toEqual([]);
});

test('the log of a turn is what was logged after the turn before it, until it was measured', () => {
  const turn = { entriesAfter: 1, entriesUpTo: 2 };
  expect(filteredLog(LOG, { source: 'all', words: '', turn }).map(({ id }) => id)).toEqual([2]);
});

test('times are seconds to the millisecond', () => {
  expect(logTime(41_203)).toBe('41.203');
});

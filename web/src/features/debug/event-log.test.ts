import { expect, test } from 'vitest';
import type { LoggedEntry } from '../../client/index.ts';
import { filteredLog, logTime, runsOf } from './event-log.tsx';
import { segmentSpan } from './statistics.ts';

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

test('entries of one kind are one row, whatever comes between, apart for time and marks', () => {
  const entry = (atMs: number, source: LoggedEntry['source'], name = 'audio'): LoggedEntry => ({
    ...{ id: atMs, atMs, source, name, detail: '' },
  });
  const log = [
    ...[entry(1, 'sent'), entry(2, 'received', 'ack'), entry(3, 'sent'), entry(4, 'vad', 'paused')],
    ...[entry(5, 'sent'), entry(6, 'received'), entry(7, 'sent'), entry(1_508, 'sent')],
  ];
  const rowsOf = (isMarked: Parameters<typeof runsOf>[1]) =>
    runsOf(log, isMarked).map(({ entries }) => entries.map(({ id }) => id));
  expect(rowsOf(() => false)).toEqual([[2], [4], [6], [1, 3, 5, 7], [1_508]]);
  expect(rowsOf(({ id }) => id > 4)).toEqual([[2], [1, 3], [4], [6], [5, 7], [1_508]]);
});

test('a segment spans the time between its two marks', () => {
  const timeline = {
    endpointing_ms: 481,
    uplink_ms: 14,
    asr_final_ms: 36,
    llm_ttft_ms: 11,
    text_aggregation_ms: 2,
    tts_ttfb_ms: 49,
    downlink_ms: 8,
    playout_ms: 69,
  };
  const turn = { heardAtMs: 42_400, timeline };
  expect(segmentSpan(turn, 'playout_ms')).toEqual({ fromMs: 42_331, toMs: 42_400 });
  expect(segmentSpan(turn, 'endpointing_ms')).toEqual({ fromMs: 41_730, toMs: 42_211 });
});

test('times are seconds to the millisecond', () => {
  expect(logTime(41_203)).toBe('41.203');
});

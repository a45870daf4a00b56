import { expect, it } from 'vitest';
import { readSonicEvent } from './sonic-protocol.ts';

const read = (message: object) => readSonicEvent(JSON.stringify(message));

it('reads what Sonic says', () => {
  const common = { status_code: 206, done: false, context_id: 'c' };
  expect(read({ ...common, type: 'chunk', data: 'AAA=', step_time: 1, flush_id: 1 })).toEqual({
    type: 'audio',
    contextId: 'c',
    audio: 'AAA=',
  });
  const word_timestamps = { words: ['Hello', 'world'], start: [0, 0.5], end: [0.4, 0.9] };
  expect(read({ ...common, type: 'timestamps', word_timestamps })).toEqual({
    type: 'words',
    contextId: 'c',
    words: [
      { text: 'Hello', startMs: 0, endMs: 400 },
      { text: 'world', startMs: 500, endMs: 900 },
    ],
  });
  expect(read({ ...common, type: 'flush_done', flush_done: true, flush_id: 1 }).type).toBe(
    'flushed',
  );
  expect(read({ ...common, type: 'done', done: true }).type).toBe('done');
  expect(read({ ...common, type: 'phoneme_timestamps' }).type).toBe('ignored');
});

it.each([
  [{ status_code: 401, error_code: 'unauthorized' }, 'unauthorized', 'unauthorized'],
  [{ status_code: 429, error_code: 'concurrency_limited' }, 'rate-limited', 'concurrency_limited'],
  [{ status_code: 500 }, 'overloaded', 'error'],
  [{ status_code: 400, error_code: 'You said: hello' }, 'rejected', 'error'],
] as const)('tells faults apart and never repeats the vendor’s sentences', (more, fault, note) => {
  expect(read({ type: 'error', title: 'No', message: 'You said: hello', ...more })).toMatchObject({
    type: 'failed',
    fault,
    note,
  });
});

it.each(['', '{"type":', '[]', '{"type":"chunk","context_id":"c"}'])('refuses %j', (text) => {
  expect(readSonicEvent(text)).toMatchObject({ type: 'failed', fault: 'malformed' });
});

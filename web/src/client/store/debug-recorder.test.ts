import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DebugEntry } from '../messages/debug-messages.ts';
import type { MeasuredTurn } from '../messages/media-messages.ts';
import { createDebugRecorder, MAX_LOG_ENTRIES } from './debug-recorder.ts';

const ENTRY: DebugEntry = { atMs: 1, source: 'vad', name: 'speech start', detail: '' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a burst of news reaches the panel as one change', () => {
  const recorder = createDebugRecorder();
  let changes = 0;
  recorder.store.subscribe(() => (changes += 1));
  for (let count = 0; count < 20; count += 1) recorder.entry(ENTRY);
  expect(changes).toBe(0);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(250);
  expect(changes).toBe(1);
  expect(recorder.store.getState().log.map((entry) => entry.id)).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});

test('the log is bounded, also between two changes', () => {
  const recorder = createDebugRecorder();
  for (let count = 0; count < MAX_LOG_ENTRIES + 10; count += 1) recorder.entry(ENTRY);
  vi.advanceTimersByTime(250);
  const { log } = recorder.store.getState();
  expect(log).toHaveLength(MAX_LOG_ENTRIES);
  expect(log[0]?.id).toBe(11);
});

test('a listener hears of an entry at once, until it is disposed of', () => {
  const recorder = createDebugRecorder();
  const heard: number[] = [];
  const stop = recorder.onEntry((entry) => heard.push(entry.id));
  recorder.entry(ENTRY);
  stop();
  recorder.entry(ENTRY);
  expect(heard).toEqual([1]);
});

test('a turn knows the entries that were logged for it', () => {
  const recorder = createDebugRecorder();
  const turn = { responseId: 'a', utterance: 1, voiceToVoiceMs: 8 } as MeasuredTurn;
  recorder.entry(ENTRY);
  recorder.turn({ type: 'turn-measured', turn, heardAtMs: 5 }, null);
  recorder.entry(ENTRY);
  recorder.entry(ENTRY);
  const later = { ...turn, responseId: 'b' };
  recorder.turn({ type: 'turn-measured', turn: later, heardAtMs: 9 }, null);
  vi.advanceTimersByTime(250);
  expect(recorder.store.getState().turns).toMatchObject([
    { responseId: 'a', entriesAfter: 0, entriesUpTo: 1, heardAtMs: 5 },
    { responseId: 'b', entriesAfter: 1, entriesUpTo: 3 },
  ]);
});

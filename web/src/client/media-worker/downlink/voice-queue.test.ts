import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PlaybackCommand } from '../../messages/playback-messages.ts';
import { VoiceQueue } from './voice-queue.ts';

interface VoiceEvent {
  readonly type: string;
  readonly responseId: string;
  readonly playedMs?: number;
}

let posted: PlaybackCommand[];
let events: VoiceEvent[];
let queue: VoiceQueue;

beforeEach(() => {
  vi.useFakeTimers();
  posted = [];
  events = [];
  queue = new VoiceQueue({
    post: (command) => posted.push(command),
    onReceived: (responseId) => events.push({ type: 'voice-received', responseId }),
    onStarted: (responseId) => events.push({ type: 'voice-started', responseId }),
    onAudible: () => {},
    onProgress: (responseId, playedMs) =>
      events.push({ type: 'voice-progress', responseId, playedMs }),
    onFinished: (responseId, playedMs) =>
      events.push({ type: 'voice-finished', responseId, playedMs }),
    onInterrupted: (responseId, playedMs) =>
      events.push({ type: 'voice-interrupted', responseId, playedMs }),
    now: () => Date.now(),
  });
});
afterEach(() => vi.useRealTimers());

const audio = (ms: number) => new Int16Array(ms * 16);
const posts = (type: PlaybackCommand['type']) => posted.filter((command) => command.type === type);
const kinds = () => events.map(({ type, responseId }) => `${type} ${responseId}`);

function play(responseId: string, item: number): void {
  queue.open({ responseId, item, rateHz: 16_000 });
  for (let n = 0; n < 3; n += 1) queue.push(item, audio(100), false);
}

test('a reply begins once its jitter target has passed', () => {
  queue.open({ responseId: 'a', item: 1, rateHz: 16_000 });
  queue.push(1, audio(20), false);
  expect(posts('begin')).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(posts('begin')).toEqual([{ type: 'begin', item: 1, rateHz: 16_000 }]);
  expect(posts('push')).toHaveLength(1);
});

test('the next reply waits until the one before has been played', () => {
  play('a', 1);
  play('b', 2);
  queue.push(1, audio(0), true);
  queue.push(2, audio(0), true);
  expect(posts('begin')).toHaveLength(1);
  expect(posts('complete')).toEqual([{ type: 'complete', item: 1 }]);
  queue.onReport({ type: 'ended', item: 1, playedMs: 300 });
  expect(posts('begin')).toHaveLength(2);
  queue.onReport({ type: 'ended', item: 2, playedMs: 300 });
  expect(queue.bufferedMs).toBe(0);
  expect(kinds()).toEqual([
    'voice-received a',
    'voice-received b',
    'voice-finished a',
    'voice-finished b',
  ]);
});

test('a flush after a hold reports at once what was heard, and drops what still arrives', () => {
  play('a', 1);
  queue.hold();
  queue.onReport({ type: 'held', item: 1, playedMs: 123 });
  queue.flush();
  expect(events.at(-1)).toEqual({ type: 'voice-interrupted', responseId: 'a', playedMs: 123 });
  queue.push(1, audio(100), false);
  expect(posts('push')).toHaveLength(3);
  // The worklet's own figure comes later and must not be reported as a second interruption.
  queue.onReport({ type: 'flushed', item: 1, playedMs: 123 });
  expect(kinds().filter((kind) => kind === 'voice-interrupted a')).toHaveLength(1);
});

test('a flush without a hold waits for the worklet to say what was heard', () => {
  play('a', 1);
  queue.flush();
  expect(kinds()).not.toContain('voice-interrupted a');
  queue.onReport({ type: 'flushed', item: 1, playedMs: 77 });
  expect(events.at(-1)).toEqual({ type: 'voice-interrupted', responseId: 'a', playedMs: 77 });
});

test('nothing begins before the flushed voice has faded', () => {
  play('a', 1);
  queue.flush();
  play('b', 2);
  expect(posts('begin')).toHaveLength(1);
  queue.onReport({ type: 'flushed', item: 1, playedMs: 10 });
  expect(posts('begin')).toHaveLength(2);
});

test('replies that wait are flushed as heard for 0 ms', () => {
  play('a', 1);
  play('b', 2);
  queue.hold();
  queue.onReport({ type: 'held', item: 1, playedMs: 50 });
  queue.flush();
  expect(events.slice(-2)).toEqual([
    { type: 'voice-interrupted', responseId: 'a', playedMs: 50 },
    { type: 'voice-interrupted', responseId: 'b', playedMs: 0 },
  ]);
});

test('a reply that ended in the moment it was flushed still frees the speaker', () => {
  play('a', 1);
  queue.flush();
  queue.onReport({ type: 'ended', item: 1, playedMs: 300 });
  expect(events.at(-1)).toEqual({ type: 'voice-interrupted', responseId: 'a', playedMs: 300 });
  play('b', 2);
  expect(posts('begin')).toHaveLength(2);
});

test('a false alarm resumes and forgets the held position', () => {
  play('a', 1);
  queue.hold();
  queue.onReport({ type: 'held', item: 1, playedMs: 50 });
  queue.resume();
  expect(posted.slice(-2).map(({ type }) => type)).toEqual(['hold', 'resume']);
  queue.flush();
  queue.onReport({ type: 'flushed', item: 1, playedMs: 90 });
  expect(events.at(-1)).toEqual({ type: 'voice-interrupted', responseId: 'a', playedMs: 90 });
});

test('a reply whose audio never comes ends', () => {
  queue.open({ responseId: 'a', item: 1, rateHz: 16_000 });
  queue.complete('a');
  expect(posts('begin')).toHaveLength(1);
  expect(posts('complete')).toHaveLength(1);
});

test('counts a gap once the voice goes on, over all replies', () => {
  play('a', 1);
  queue.onReport({ type: 'starved', item: 1 });
  expect(queue.underruns).toBe(0);
  queue.push(1, audio(100), true);
  expect(queue.underruns).toBe(1);
  queue.onReport({ type: 'ended', item: 1, playedMs: 400 });
  expect(queue.underruns).toBe(1);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MediaNotice } from '../../messages/media-messages.ts';
import { CallDebug } from './call-debug.ts';

let notices: MediaNotice[];
let debug: CallDebug;

beforeEach(() => {
  vi.useFakeTimers({ now: 70_000 });
  notices = [];
  debug = new CallDebug({
    now: () => Date.now(),
    notify: (notice) => notices.push(notice),
    stats: () => ({
      rttMs: 12,
      unackedMs: 0,
      jitterBufferMs: 0,
      jitterTargetMs: 80,
      underruns: 0,
      chunksSent: 0,
      reconnects: 0,
      echoDb: null,
      echoDelayMs: null,
    }),
  });
});
afterEach(() => {
  debug.setEnabled(false);
  vi.useRealTimers();
});

test('reports nothing while the panel is closed', () => {
  debug.log('vad', 'started');
  vi.advanceTimersByTime(10_000);
  expect(notices).toEqual([]);
});

test('reports what happens, and its gauges twice a second, timed from the beginning of the call', () => {
  vi.advanceTimersByTime(1_000);
  debug.setEnabled(true);
  debug.setEnabled(true);
  debug.log('sent', 'audio', '#1');
  vi.advanceTimersByTime(1_000);
  expect(notices).toMatchObject([
    { type: 'debug', entry: { atMs: 1_000, source: 'sent', name: 'audio', detail: '#1' } },
    { type: 'stats', stats: { atMs: 1_500, rttMs: 12 } },
    { type: 'stats', stats: { atMs: 2_000 } },
  ]);
});

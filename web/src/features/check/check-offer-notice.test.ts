import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CLOSE_REASONS } from '@parley/shared/close-codes';
import { type CallState, FAILED_TO_START, INITIAL_CALL_STATE } from '../../client/index.ts';
import { createSilenceWatch, HEARD_LEVEL, offerOf, SILENT_MS } from './check-offer-notice.tsx';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LISTENING: CallState = {
  ...INITIAL_CALL_STATE,
  standing: { kind: 'running' },
  phase: 'listening',
  microphone: { kind: 'granted' },
};

function watched() {
  const changes: boolean[] = [];
  return { changes, watch: createSilenceWatch((silent) => changes.push(silent)) };
}

test('a microphone that delivers nothing from the beginning is noticed, once', () => {
  const { changes, watch } = watched();
  const microphone = {};
  watch.watch(microphone);
  watch.level(0);
  vi.advanceTimersByTime(SILENT_MS - 1);
  expect(changes).toEqual([]);
  vi.advanceTimersByTime(1);
  watch.watch(microphone);
  vi.advanceTimersByTime(SILENT_MS * 3);
  expect(changes).toEqual([true]);
  watch.level(HEARD_LEVEL);
  expect(changes).toEqual([true, false]);
});

test('one that was heard once is not noticed, and another begins anew', () => {
  const { changes, watch } = watched();
  watch.watch({});
  watch.level(0.5);
  vi.advanceTimersByTime(SILENT_MS * 3);
  expect(changes).toEqual([]);
  watch.watch({});
  vi.advanceTimersByTime(SILENT_MS);
  expect(changes).toEqual([true]);
  watch.watch(null);
  expect(changes).toEqual([true, false]);
  watch.dispose();
});

test('a check is offered where it can find a cause', () => {
  expect(offerOf(INITIAL_CALL_STATE, true)).toBeNull();
  expect(offerOf(LISTENING, false)).toBeNull();
  expect(offerOf(LISTENING, true)).toMatch(/Nothing is heard/);
  expect(offerOf({ ...LISTENING, muted: true }, true)).toBeNull();
  const error = { code: 'audio_unavailable', message: '' } as const;
  expect(offerOf({ ...LISTENING, error }, false)).not.toBeNull();
  const outage = { sinceMs: 0, nextTryAtMs: null, fault: null };
  expect(offerOf({ ...LISTENING, error, outage }, false)).toBeNull();
  const other = { code: 'budget_exhausted', message: '' } as const;
  expect(offerOf({ ...LISTENING, error: other }, false)).toBeNull();
  const over = (reason: Extract<CallState['standing'], { kind: 'over' }>['reason']): CallState => ({
    ...LISTENING,
    standing: { kind: 'over', reason },
  });
  expect(offerOf(over(FAILED_TO_START), false)).not.toBeNull();
  expect(offerOf(over(CLOSE_REASONS.normal), false)).toBeNull();
  expect(offerOf(over(CLOSE_REASONS.draining), false)).toBeNull();
  expect(offerOf(over(CLOSE_REASONS.idle), false)).toBeNull();
});

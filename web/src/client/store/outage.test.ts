import { expect, test } from 'vitest';
import { CLOSE_REASONS } from '@parley/shared/close-codes';
import type { MediaNotice } from '../messages/media-messages.ts';
import { callStateAfter, INITIAL_CALL_STATE, type CallState } from './call-state.ts';
import { runningCall } from './running-call.fake.ts';

function after(state: CallState, ...notices: (readonly [number, MediaNotice])[]): CallState {
  return notices.reduce(
    (now, [atMs, notice]) => callStateAfter(now, { type: 'notice', notice, atMs }),
    state,
  );
}

const LOST = { type: 'phase', phase: 'reconnecting' } as const;
const WAITING = { type: 'unreachable', retryInMs: 4_000 } as const;
const TRYING = { type: 'unreachable', retryInMs: 0 } as const;

test('an outage lasts from its first failed attempt until the relay is there again', () => {
  const out = after(runningCall(), [100, LOST], [200, WAITING], [4_200, TRYING]);
  expect(out.outage).toEqual({ sinceMs: 200, nextTryAtMs: null, fault: null });
  const waiting = after(out, [5_000, WAITING]);
  expect(waiting.outage).toEqual({ sinceMs: 200, nextTryAtMs: 9_000, fault: null });
  const back = after(waiting, [9_500, { type: 'phase', phase: 'listening' }]);
  expect(back.outage).toBeNull();
});

test('an outage that was there before the call lasts in it, and after it', () => {
  const asked = (isThere: boolean) => ({ type: 'relay-asked', isThere, atMs: 0 }) as const;
  const away = callStateAfter(INITIAL_CALL_STATE, asked(false));
  expect(away.outage).toEqual({ sinceMs: 0, nextTryAtMs: null, fault: null });
  const start = { type: 'call-started', microphone: true, dividerId: 'a', earlier: null } as const;
  const code = 'network_unreachable';
  const called = after(callStateAfter(away, start), [50, { type: 'error', code, message: 'Why.' }]);
  // One sentence says it, and not two.
  expect(called.error).toBeNull();
  expect(called.outage).toMatchObject({ sinceMs: 0, fault: { message: 'Why.' } });
  const end = { type: 'call-ended', reason: CLOSE_REASONS.normal, atMs: 90 } as const;
  const over = callStateAfter(called, end);
  expect(over.outage).toMatchObject({ sinceMs: 0 });
  expect(callStateAfter(over, asked(true)).outage).toBeNull();
});

test('a microphone that is lost and comes back is known; a typed call has none', () => {
  const lost = { type: 'microphone', result: { ok: false, refusal: 'lost' } } as const;
  const found = { type: 'microphone', result: { ok: true } } as const;
  const gone = after(runningCall(), [0, lost]);
  expect(gone.microphone).toEqual({ kind: 'refused', refusal: 'lost' });
  expect(after(gone, [0, found]).microphone).toEqual({ kind: 'granted' });
  const typed = runningCall({ microphone: { kind: 'unwanted' } });
  expect(after(typed, [0, lost]).microphone).toEqual({ kind: 'unwanted' });
});

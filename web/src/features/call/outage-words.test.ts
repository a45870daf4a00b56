import { expect, test } from 'vitest';
import { TEST_SESSION } from '@parley/shared/link/session.fake';
import { runningCall } from '../../client/store/running-call.fake.ts';
import { isOutageShown, keptText, nextTryText } from './call-asides.tsx';

test('the next attempt is counted down, and said to run', () => {
  const outage = { sinceMs: 0, nextTryAtMs: 20_000, fault: null };
  expect(nextTryText(outage, 12_000)).toBe('Next try in 8 s');
  expect(nextTryText(outage, 19_999)).toBe('Next try in 1 s');
  expect(nextTryText(outage, 20_000)).toBe('Trying now');
  expect(nextTryText({ ...outage, nextTryAtMs: null }, 0)).toBe('Trying now');
});

test('a call that never was connected says so at once, a conversation after ten seconds', () => {
  const outage = { sinceMs: 0, nextTryAtMs: null, fault: null };
  expect(isOutageShown(runningCall({ outage }), 0)).toBe(true);
  expect(isOutageShown(runningCall({ outage, session: TEST_SESSION }), 9_999)).toBe(false);
  expect(isOutageShown(runningCall({ outage, session: TEST_SESSION }), 10_000)).toBe(true);
});

test('what is kept is told, and for how long the call waits', () => {
  const outage = { sinceMs: 0, nextTryAtMs: null, fault: null };
  const state = runningCall({ session: TEST_SESSION, outage });
  const { resume_window_ms: windowMs } = TEST_SESSION.limits;
  expect(keptText(state, 0)).toMatch(/^What you say .* The call waits for you until .+\d\.?/);
  expect(keptText(state, windowMs)).toContain('has let the call go');
  expect(keptText(runningCall({ outage, microphone: { kind: 'unwanted' } }), 0)).toBe(
    'What you type is kept and sent later.',
  );
});

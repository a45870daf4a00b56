import { expect, it } from 'vitest';
import { testRunOn } from './test-run.ts';

const RUN = { commit: 'abcdef0123', startedAt: '2026-11-25T10:00:00Z', seconds: 480, steps: [] };

it('a run of all tests counts for its own commit alone', () => {
  expect(testRunOn('abcdef0', RUN)?.seconds).toBe(480);
  expect(testRunOn('abcdef0 + changes', { ...RUN, commit: 'abcdef0' })?.seconds).toBe(480);
  expect(testRunOn('1234567', RUN)).toBeUndefined();
  expect(testRunOn('abcdef0', { commit: 'abcdef0' })).toBeUndefined();
});

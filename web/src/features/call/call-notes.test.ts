import { expect, test } from 'vitest';
import { runningCall } from '../../client/store/running-call.fake.ts';
import { endingLineOf, moneyLineOf } from './call-notes.tsx';

test.each([
  [{ usd: 1, budgetUsd: 5, isWarning: false }, ''],
  [{ usd: 4.1, budgetUsd: 5, isWarning: true }, '$4.10 of $5.00 for this call are used'],
  [{ usd: 0.2, budgetUsd: 5, isWarning: true }, 'Most of what may be spent has been spent'],
  [{ usd: 0.2, budgetUsd: null, isWarning: true }, 'Most of what may be spent has been spent'],
])('of %j it says “%s”', (cost, line) => {
  expect(moneyLineOf(runningCall({ cost }))).toBe(line);
});

test('the end is told by the clock', () => {
  const atMs = new Date(2026, 10, 22, 14, 32).getTime();
  expect(endingLineOf(runningCall({ ending: { reason: 'duration', atMs } }))).toMatch(
    /ends at \D*0?2?.*32/,
  );
  expect(endingLineOf(runningCall())).toBe('');
});

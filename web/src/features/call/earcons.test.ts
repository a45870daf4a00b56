import { expect, test } from 'vitest';
import { CLOSE_REASONS } from '@parley/shared/close-codes';
import { SESSION } from '../../../e2e/ui/support/notices.ts';
import { type CallState, INITIAL_CALL_STATE } from '../../client/index.ts';
import { earconBetween, turnCueBetween } from './earcons.ts';

const RUNNING: CallState = {
  ...INITIAL_CALL_STATE,
  standing: { kind: 'running' },
  session: SESSION,
};

test('a sound marks the beginning, having been heard, and the end', () => {
  expect(earconBetween('some', { ...RUNNING, session: null }, RUNNING)).toBe('start');
  expect(
    earconBetween('some', { ...RUNNING, phase: 'hearing' }, { ...RUNNING, phase: 'thinking' }),
  ).toBe('heard');
  expect(
    earconBetween('some', RUNNING, {
      ...INITIAL_CALL_STATE,
      standing: { kind: 'over', reason: CLOSE_REASONS.normal },
    }),
  ).toBe('end');
});

test('nothing else makes a sound', () => {
  expect(earconBetween('all', RUNNING, { ...RUNNING, muted: true })).toBeNull();
  expect(
    earconBetween('all', { ...RUNNING, phase: 'hearing' }, { ...RUNNING, phase: 'listening' }),
  ).toBeNull();
});

test('a turn is signalled when it was heard and when it comes back', () => {
  const talking: CallState = { ...RUNNING, microphone: { kind: 'granted' }, phase: 'hearing' };
  const answered: CallState = { ...talking, phase: 'speaking' };
  const listening: CallState = { ...talking, phase: 'listening' };
  expect(turnCueBetween(talking, { ...talking, phase: 'thinking' })).toBe('heard');
  expect(turnCueBetween(answered, listening)).toBe('turn');
  expect(turnCueBetween(answered, { ...listening, muted: true })).toBeNull();
  expect(turnCueBetween(answered, { ...listening, muted: true, holds: true })).toBe('turn');
  expect(turnCueBetween(answered, talking)).toBeNull();
  expect(earconBetween('all', answered, listening)).toBe('turn');
  for (const signals of ['off', 'some', 'vibration'] as const) {
    expect(earconBetween(signals, answered, listening)).toBeNull();
  }
});

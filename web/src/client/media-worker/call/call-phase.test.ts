import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallPhase } from '../../messages/media-messages.ts';
import { CallPhases, phaseOf, type CallCircumstances } from './call-phase.ts';

const quiet: CallCircumstances = {
  connection: 'open',
  priming: false,
  hearing: false,
  speaking: false,
  awaiting: false,
};
const busy = { hearing: true, speaking: true, awaiting: true };

test.each<[Partial<CallCircumstances>, string]>([
  [{}, 'listening'],
  [{ priming: true }, 'starting'],
  [{ awaiting: true }, 'thinking'],
  [{ priming: true, awaiting: true }, 'thinking'],
  [{ awaiting: true, speaking: true }, 'speaking'],
  [busy, 'hearing'],
  [{ ...busy, connection: 'first' }, 'starting'],
  [{ ...busy, connection: 'lost' }, 'reconnecting'],
  [{ ...busy, connection: 'closed' }, 'ended'],
])('%o is %s', (circumstances, phase) => {
  expect(phaseOf({ ...quiet, ...circumstances })).toBe(phase);
});

test('a connection that never was is not lost', () => {
  const reported: CallPhase[] = [];
  const phases = new CallPhases((phase) => reported.push(phase));
  phases.connection('lost');
  phases.connection('open');
  phases.connection('lost');
  expect(reported).toEqual(['starting', 'listening', 'reconnecting']);
});

describe('over a call', () => {
  let reported: CallPhase[];
  let phases: CallPhases;

  beforeEach(() => {
    vi.useFakeTimers();
    reported = [];
    phases = new CallPhases((phase) => reported.push(phase));
    phases.connection('open');
  });
  afterEach(() => vi.useRealTimers());

  test('a turn goes from listening over hearing, thinking and speaking back to listening', () => {
    phases.hearing(true);
    phases.asked();
    phases.hearing(false);
    phases.replies({ awaited: true, speaking: false });
    phases.answered();
    phases.replies({ awaited: true, speaking: true });
    phases.replies({ awaited: false, speaking: false });
    expect(reported).toEqual([
      'starting',
      'listening',
      'hearing',
      'thinking',
      'speaking',
      'listening',
    ]);
  });

  test('a person is asked to talk once the echo canceller has learnt, or when they do already', () => {
    phases.priming(true);
    phases.priming(false);
    phases.priming(true);
    expect(reported).toEqual(['starting', 'listening', 'starting', 'listening']);

    const hasty: CallPhase[] = [];
    const others = new CallPhases((phase) => hasty.push(phase));
    others.priming(true);
    others.connection('open');
    others.hearing(true);
    others.hearing(false);
    others.priming(true);
    expect(hasty).toEqual(['starting', 'hearing', 'listening']);
  });

  test('what becomes of an earlier utterance does not end the wait for the latest', () => {
    phases.asked(1);
    phases.asked(2);
    phases.answered(1);
    expect(reported.at(-1)).toBe('thinking');
    phases.answered(2);
    expect(reported.at(-1)).toBe('listening');
  });

  test('an answer that never comes is not thought of for ever', () => {
    phases.asked();
    vi.advanceTimersByTime(29_000);
    expect(reported.at(-1)).toBe('thinking');
    vi.advanceTimersByTime(2_000);
    expect(reported.at(-1)).toBe('listening');
  });

  test('after the end nothing more is reported', () => {
    phases.asked();
    phases.connection('closed');
    phases.hearing(true);
    vi.advanceTimersByTime(60_000);
    expect(reported).toEqual(['starting', 'listening', 'thinking', 'ended']);
  });
});

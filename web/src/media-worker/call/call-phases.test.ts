import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CallPhase } from '../../messages/media-messages.ts';
import { CallPhases } from './call-phases.ts';

let told: CallPhase[];
let phases: CallPhases;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  phases = new CallPhases((phase) => told.push(phase));
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
  expect(told).toEqual(['starting', 'listening', 'hearing', 'thinking', 'speaking', 'listening']);
});

test('an answer that never comes is not thought of for ever', () => {
  phases.asked();
  vi.advanceTimersByTime(29_000);
  expect(told.at(-1)).toBe('thinking');
  vi.advanceTimersByTime(2_000);
  expect(told.at(-1)).toBe('listening');
});

test('after the end nothing more is told', () => {
  phases.asked();
  phases.connection('closed');
  phases.hearing(true);
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual(['starting', 'listening', 'thinking', 'ended']);
});

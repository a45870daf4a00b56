import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WithheldMedia } from '../messages/media-messages.ts';
import { Withheld } from './page-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what the system withholds is told once it lasts, and when it is given back', () => {
  const told: WithheldMedia[] = [];
  const withheld = new Withheld((now) => told.push(now));
  withheld.set('sound', true);
  withheld.set('sound', true);
  vi.advanceTimersByTime(1_499);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  withheld.set('microphone', true);
  vi.advanceTimersByTime(1_500);
  withheld.set('sound', false);
  withheld.set('microphone', false);
  expect(told).toEqual([
    { sound: true, microphone: false, signal: false },
    { sound: true, microphone: true, signal: false },
    { sound: false, microphone: true, signal: false },
    { sound: false, microphone: false, signal: false },
  ]);
});

test('an instant in which a device changes is not told', () => {
  const told: WithheldMedia[] = [];
  const withheld = new Withheld((now) => told.push(now));
  withheld.set('sound', true);
  vi.advanceTimersByTime(1_000);
  withheld.set('sound', false);
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([]);
});

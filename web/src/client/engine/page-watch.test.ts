import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AudioGraph } from './audio-graph.ts';
import type { WithheldMedia } from '../messages/media-messages.ts';
import { watchPage, Withheld } from './page-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

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

test('a person who comes back to the page may have closed what had the microphone', () => {
  const page = new EventTarget();
  vi.stubGlobal('window', page);
  vi.stubGlobal('document', new EventTarget());
  const over = new AbortController();
  const onDevices = vi.fn<() => void>();
  watchPage(over.signal, {} as AudioGraph, { onBack() {}, onDevices, onOutput() {} });
  page.dispatchEvent(new Event('focus'));
  expect(onDevices).toHaveBeenCalledOnce();
  over.abort();
  page.dispatchEvent(new Event('focus'));
  expect(onDevices).toHaveBeenCalledOnce();
});

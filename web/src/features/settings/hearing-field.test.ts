import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LanguageAvailability } from '../../client/index.ts';
import { createHearingSetup } from './hearing-field.tsx';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LANGUAGE = 'en-US';

interface Means {
  readonly available?: () => Promise<LanguageAvailability>;
  readonly install?: () => Promise<boolean>;
}

/** A window whose recogniser answers as a test says. */
function browser(means: Means) {
  const asked: unknown[] = [];
  class SpeechRecognition {}
  const noted =
    <T>(answer: () => Promise<T>) =>
    (options: unknown) => {
      asked.push(options);
      return answer();
    };
  Object.assign(
    SpeechRecognition,
    means.available && { available: noted(means.available) },
    means.install && { install: noted(means.install) },
  );
  return { setup: createHearingSetup({ SpeechRecognition }), asked };
}

test('a browser is asked nothing before the person wants it', () => {
  const { setup, asked } = browser({ available: () => Promise.resolve('available') });
  expect(setup.store.getState()).toEqual({ kind: 'idle' });
  expect(asked).toEqual([]);
});

test.each<[string, Means, boolean, string]>([
  ['that can', { available: () => Promise.resolve('available') }, true, 'idle'],
  ['that cannot', { available: () => Promise.resolve('unavailable') }, false, 'only-remote'],
  ['that does not know the question', {}, false, 'only-remote'],
  ['that throws', { available: () => Promise.reject(new Error('No.')) }, false, 'only-remote'],
  ['that says nothing', { available: () => new Promise(() => {}) }, false, 'only-remote'],
])('a browser %s recognise speech on this computer', async (_, means, isReady, kind) => {
  const { setup } = browser(means);
  const prepared = setup.prepare(LANGUAGE);
  expect(setup.store.getState()).toEqual({ kind: 'asking' });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await prepared).toBe(isReady);
  expect(setup.store.getState()).toEqual({ kind });
});

test('the language is downloaded for this computer alone', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const { setup, asked } = browser({
    available: () => Promise.resolve('downloadable'),
    install: () => promise,
  });
  const prepared = setup.prepare(LANGUAGE);
  await vi.advanceTimersByTimeAsync(0);
  expect(setup.store.getState()).toEqual({ kind: 'downloading' });
  resolve(true);
  expect(await prepared).toBe(true);
  expect(setup.store.getState()).toEqual({ kind: 'idle' });
  expect(asked).toEqual([
    { langs: ['en-US'], processLocally: true },
    { langs: ['en-US'], processLocally: true },
  ]);
});

test.each<[string, Means['install']]>([
  ['is refused', () => Promise.resolve(false)],
  ['throws', () => Promise.reject(new Error('No gesture.'))],
  ['never ends', () => new Promise(() => {})],
  ['is not possible', undefined],
])('a download that %s has failed', async (_, install) => {
  const { setup } = browser({
    available: () => Promise.resolve('downloading'),
    ...(install && { install }),
  });
  const prepared = setup.prepare(LANGUAGE);
  await vi.advanceTimersByTimeAsync(15 * 60_000);
  expect(await prepared).toBe(false);
  expect(setup.store.getState()).toEqual({ kind: 'failed' });
});

test('a download that is not waited for any more switches nothing on', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const { setup } = browser({
    available: () => Promise.resolve('downloadable'),
    install: () => promise,
  });
  const prepared = setup.prepare(LANGUAGE);
  await vi.advanceTimersByTimeAsync(0);
  setup.reset();
  resolve(true);
  expect(await prepared).toBe(false);
  expect(setup.store.getState()).toEqual({ kind: 'idle' });
});

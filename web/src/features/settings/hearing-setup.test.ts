import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LanguageAvailability } from '../../engine/page-speech/speech-recognition.ts';
import { createHearingSetup } from './hearing-setup.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A window whose recogniser answers as a test says. */
function browser(means: {
  available?: () => Promise<LanguageAvailability>;
  install?: () => Promise<boolean>;
}) {
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
  return { setup: createHearingSetup({ SpeechRecognition }, 'en-US'), asked };
}

test.each<[string, { available?: () => Promise<LanguageAvailability> }, string]>([
  ['that recognises on this computer', { available: () => Promise.resolve('available') }, 'local'],
  [
    'that could after a download',
    { available: () => Promise.resolve('downloadable') },
    'downloadable',
  ],
  ['that is at it already', { available: () => Promise.resolve('downloading') }, 'downloadable'],
  ['that cannot', { available: () => Promise.resolve('unavailable') }, 'remote'],
  ['that does not know the question', {}, 'remote'],
  ['that throws', { available: () => Promise.reject(new Error('No.')) }, 'remote'],
  ['that says nothing', { available: () => new Promise(() => {}) }, 'remote'],
])('a browser %s', async (_, means, kind) => {
  const { setup } = browser(means);
  const checked = setup.check();
  await vi.advanceTimersByTimeAsync(5_000);
  await checked;
  expect(setup.store.getState()).toEqual({ kind });
});

test('a browser without a recogniser offers nothing', async () => {
  const setup = createHearingSetup({}, 'en-US');
  await setup.check();
  expect(await setup.prepare()).toBe('off');
  expect(setup.store.getState()).toEqual({ kind: 'absent' });
});

test('the language is downloaded for this computer alone, once the person wants it', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const { setup, asked } = browser({
    available: () => Promise.resolve('downloadable'),
    install: () => promise,
  });
  await setup.check();
  const prepared = setup.prepare();
  expect(setup.store.getState()).toEqual({ kind: 'downloading' });
  await setup.check();
  expect(await setup.prepare()).toBe('off');
  resolve(true);
  expect(await prepared).toBe('local');
  expect(setup.store.getState()).toEqual({ kind: 'local' });
  expect(asked).toEqual([
    { langs: ['en-US'], processLocally: true },
    { langs: ['en-US'], processLocally: true },
  ]);
});

test.each<[string, () => Promise<boolean>]>([
  ['is refused', () => Promise.resolve(false)],
  ['throws', () => Promise.reject(new Error('No gesture.'))],
  ['never ends', () => new Promise(() => {})],
])('a download that %s has failed, and may be tried again', async (_, install) => {
  const { setup } = browser({ available: () => Promise.resolve('downloadable'), install });
  await setup.check();
  const prepared = setup.prepare();
  await vi.advanceTimersByTimeAsync(15 * 60_000);
  expect(await prepared).toBe('off');
  expect(setup.store.getState()).toEqual({ kind: 'failed' });
});

test('a download that is not waited for any more switches nothing on', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const { setup } = browser({
    available: () => Promise.resolve('downloadable'),
    install: () => promise,
  });
  await setup.check();
  const prepared = setup.prepare();
  setup.cancel();
  resolve(true);
  expect(await prepared).toBe('off');
  expect(setup.store.getState()).toEqual({ kind: 'downloadable' });
});

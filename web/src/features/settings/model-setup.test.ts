import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LanguageModels, ModelAvailability, ModelSession } from '../../client/index.ts';
import { createModelSetup } from './model-field.tsx';

/** A browser whose model is downloaded as a test says. */
function scriptedModels(availability: () => Promise<ModelAvailability>) {
  const { promise, resolve, reject } = Promise.withResolvers<ModelSession>();
  let progress: (event: { loaded: number }) => void = () => {};
  let signal: AbortSignal | undefined;
  const destroyed: string[] = [];
  const models: LanguageModels = {
    availability,
    create(options) {
      signal = options.signal;
      options.monitor?.({ addEventListener: (_, listener) => (progress = listener) });
      signal?.addEventListener('abort', () => reject(signal?.reason));
      return promise;
    },
  };
  return {
    models,
    destroyed,
    loaded: (loaded: number) => progress({ loaded }),
    arrived: () =>
      resolve({
        promptStreaming: () => new ReadableStream<string>(),
        destroy: () => void destroyed.push('session'),
      }),
    fails: () => reject(new DOMException('No space.', 'QuotaExceededError')),
    isAborted: () => signal?.aborted,
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a model that is there is ready at once, without a download', async () => {
  const setup = createModelSetup(scriptedModels(() => Promise.resolve('available')).models);
  await setup.check();
  expect(setup.store.getState()).toEqual({ kind: 'ready' });
  expect(await setup.prepare()).toBe(true);
});

test.each<[string, () => Promise<ModelAvailability>]>([
  ['says so', () => Promise.resolve('unavailable')],
  ['throws', () => Promise.reject(new DOMException('Not here.', 'NotSupportedError'))],
  ['says nothing', () => new Promise(() => {})],
])('is absent if the browser %s', async (_, availability) => {
  const setup = createModelSetup(scriptedModels(availability).models);
  const checked = setup.check();
  await vi.advanceTimersByTimeAsync(5_000);
  await checked;
  expect(setup.store.getState()).toEqual({ kind: 'absent' });
});

test('is absent in a browser without a model', async () => {
  const setup = createModelSetup(undefined);
  await setup.check();
  expect(await setup.prepare()).toBe(false);
  expect(setup.store.getState()).toEqual({ kind: 'absent' });
});

test('shows how far the download is, and holds no session afterwards', async () => {
  const browser = scriptedModels(() => Promise.resolve('downloadable'));
  const setup = createModelSetup(browser.models);
  await setup.check();
  expect(setup.store.getState()).toEqual({ kind: 'downloadable' });
  const prepared = setup.prepare();
  expect(setup.store.getState()).toEqual({ kind: 'downloading', share: 0 });
  browser.loaded(0.42);
  expect(setup.store.getState()).toEqual({ kind: 'downloading', share: 0.42 });
  await setup.check();
  expect(setup.store.getState()).toEqual({ kind: 'downloading', share: 0.42 });
  browser.arrived();
  expect(await prepared).toBe(true);
  expect(setup.store.getState()).toEqual({ kind: 'ready' });
  expect(browser.destroyed).toEqual(['session']);
});

test('a download that fails may be tried again; one that is cancelled is no failure', async () => {
  const failing = scriptedModels(() => Promise.resolve('downloadable'));
  const setup = createModelSetup(failing.models);
  await setup.check();
  const failed = setup.prepare();
  failing.fails();
  expect(await failed).toBe(false);
  expect(setup.store.getState()).toEqual({ kind: 'failed' });

  const cancelled = scriptedModels(() => Promise.resolve('downloadable'));
  const other = createModelSetup(cancelled.models);
  await other.check();
  const prepared = other.prepare();
  other.cancel();
  expect(cancelled.isAborted()).toBe(true);
  expect(await prepared).toBe(false);
  cancelled.loaded(0.5);
  expect(other.store.getState()).toEqual({ kind: 'downloadable' });
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { OpenedMicrophone } from './microphone.ts';
import { UnprocessedMicrophone } from './unprocessed-microphone.ts';

class FakeTrack {
  enabled = true;
  readyState: MediaStreamTrackState = 'live';
  readonly #settings: MediaTrackSettings;

  constructor(settings: MediaTrackSettings) {
    this.#settings = settings;
  }

  getSettings(): MediaTrackSettings {
    return this.#settings;
  }

  stop(): void {
    this.readyState = 'ended';
  }
}

const opened: FakeTrack[] = [];
const posted: string[] = [];
let granted = 'desk';
let isRefused = false;
let answer = Promise.withResolvers<void>();

const microphone = () =>
  new UnprocessedMicrophone({
    request: async (deviceId) => {
      await answer.promise;
      if (isRefused) return { ok: false, refusal: 'in-use' };
      expect(deviceId).toBe('desk');
      const track = new FakeTrack({ deviceId: granted });
      opened.push(track);
      return { ok: true, track, stream: {} } as unknown as OpenedMicrophone;
    },
    post: ({ type }) => void posted.push(type),
  });

const processed = (settings: MediaTrackSettings = { deviceId: 'desk' }) =>
  new FakeTrack(settings) as unknown as MediaStreamTrack;

beforeEach(() => {
  opened.length = 0;
  posted.length = 0;
  granted = 'desk';
  isRefused = false;
  answer = Promise.withResolvers();
  answer.resolve();
  vi.stubGlobal(
    'MediaStreamTrackProcessor',
    class {
      readonly readable = new ReadableStream();
    },
  );
});

afterEach(() => vi.unstubAllGlobals());

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

test('opens the device of the processed track, and follows its mute and its end', async () => {
  const second = microphone();
  const track = processed();
  second.follow(track, true);
  await settle();
  expect(posted).toEqual(['attach-unprocessed']);
  second.follow(track, false);
  expect(opened[0]!.enabled).toBe(false);
  second.follow(undefined, false);
  expect(opened[0]!.readyState).toBe('ended');
});

test('is muted from the beginning if the person is', async () => {
  const second = microphone();
  second.follow(processed(), false);
  await settle();
  expect(opened[0]!.enabled).toBe(false);
});

test('what comes too late is released', async () => {
  answer = Promise.withResolvers();
  const second = microphone();
  second.follow(processed(), true);
  second.follow(undefined, false);
  answer.resolve();
  await settle();
  expect(opened[0]!.readyState).toBe('ended');
  expect(posted).toEqual([]);
});

test.each([
  ['another device is given', () => (granted = 'headset')],
  ['the browser refuses it', () => (isRefused = true)],
])('if %s, the processed one alone is heard', async (_, spoil) => {
  spoil();
  const second = microphone();
  second.follow(processed(), true);
  await settle();
  expect(posted).toEqual([]);
  expect(opened.every(({ readyState }) => readyState === 'ended')).toBe(true);
});

test('where the browser cancels no echo there is no need for it', async () => {
  microphone().follow(processed({ deviceId: 'desk', echoCancellation: false }), true);
  await settle();
  expect(opened).toEqual([]);
});

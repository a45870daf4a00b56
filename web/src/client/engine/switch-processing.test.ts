import { afterEach, expect, test, vi } from 'vitest';
import { switchProcessing } from './switch-processing.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0';

/** A track of a browser that does what it is told, or not. */
class FakeTrack {
  settings: MediaTrackSettings = { echoCancellation: true, noiseSuppression: true };
  constraints: MediaTrackConstraints = { deviceId: { exact: 'desk' } };
  answer: 'obeys' | 'ignores' | 'refuses' = 'obeys';

  getSettings(): MediaTrackSettings {
    return this.settings;
  }

  getConstraints(): MediaTrackConstraints {
    return this.constraints;
  }

  async applyConstraints(constraints: MediaTrackConstraints): Promise<void> {
    if (this.answer === 'refuses') throw new DOMException('No.', 'OverconstrainedError');
    this.constraints = constraints;
    if (this.answer === 'obeys') this.settings = constraints as MediaTrackSettings;
  }
}

let track = new FakeTrack();
const ask = (isProcessed: boolean) =>
  switchProcessing(track as unknown as MediaStreamTrack, isProcessed);

function browseWith(userAgent: string): void {
  track = new FakeTrack();
  vi.stubGlobal('navigator', { userAgent });
}

afterEach(() => vi.unstubAllGlobals());

test('Firefox is told to stop processing and to begin again, on the same device', async () => {
  browseWith(FIREFOX);
  expect(await ask(false)).toBe(true);
  expect(track.constraints).toEqual({
    deviceId: { exact: 'desk' },
    echoCancellation: false,
    noiseSuppression: false,
    autoGainControl: false,
  });
  expect(await ask(true)).toBe(true);
  expect(track.settings.noiseSuppression).toBe(true);
});

test.each(['ignores', 'refuses'] as const)(
  'a browser that %s it is not trusted',
  async (answer) => {
    browseWith(FIREFOX);
    track.answer = answer;
    expect(await ask(false)).toBe(false);
  },
);

test('a track that was opened unprocessed stays so', async () => {
  browseWith(FIREFOX);
  track.settings = { echoCancellation: false };
  expect(await ask(false)).toBe(false);
  expect(track.constraints).toEqual({ deviceId: { exact: 'desk' } });
});

test.each([
  ['Chromium', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36'],
  ['Safari', 'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15'],
  ['Firefox on a phone', 'Mozilla/5.0 (Android 15; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0'],
])('%s is left as it is', async (_, userAgent) => {
  browseWith(userAgent);
  expect(await ask(false)).toBe(false);
  expect(track.settings.echoCancellation).toBe(true);
});

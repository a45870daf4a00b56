import type { Page } from '@playwright/test';

/** What a page holds of the browser's, and what it has ever made. */
export interface HeldMedia {
  readonly microphones: number;
  readonly contexts: number;
  readonly workers: number;
  readonly contextsEver: number;
  readonly microphonesEver: number;
}

interface CountedWindow {
  readonly countMedia: () => Omit<HeldMedia, 'workers'>;
}

/** Counts what of the browser's is held. To be installed before the page, after its microphone. */
export function installMediaCount(): void {
  /** That of the test's own microphone. */
  const TEST_RATE_HZ = 16_000;
  const tracks: MediaStreamTrack[] = [];
  const contexts: AudioContext[] = [];
  const Context = AudioContext;
  window.AudioContext = class extends Context {
    constructor(options?: AudioContextOptions) {
      super(options);
      if (options?.sampleRate !== TEST_RATE_HZ) contexts.push(this);
    }
  };
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    tracks.push(...stream.getTracks());
    return stream;
  };
  const countMedia: CountedWindow['countMedia'] = () => ({
    microphones: tracks.filter(({ readyState }) => readyState === 'live').length,
    microphonesEver: tracks.length,
    contexts: contexts.filter(({ state }) => state !== 'closed').length,
    contextsEver: contexts.length,
  });
  Object.assign(window, { countMedia });
}

export async function heldMedia(page: Page): Promise<HeldMedia> {
  const counts = await page.evaluate(() => (window as unknown as CountedWindow).countMedia());
  return { ...counts, workers: page.workers().length };
}

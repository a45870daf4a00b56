import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from '@playwright/test';
import { CHROMIUM_ARGUMENTS, HEADLESS_CHROMIUM, MICROPHONE_GRANTED } from './chromium.ts';
import { writeWav } from './wav.ts';

export interface BrowserWithMicrophone extends AsyncDisposable {
  readonly browser: Browser;
  /** What the microphone hears, from the next moment that it is opened. */
  hears(samples: Int16Array): void;
}

/**
 * A Chromium of its own: which file the microphone plays can only be said at launch.
 *
 * @param hears - PCM16 at 16 kHz, from the moment that the microphone is opened. Chromium loses the
 *   first 70 ms and repeats the last 10 ms for ever: begin and end with silence.
 * @param more - for the command line
 */
export async function launchWithMicrophone(
  hears: Int16Array,
  more: readonly string[] = [],
): Promise<BrowserWithMicrophone> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-microphone-'));
  const wav = join(folder, 'microphone.wav');
  writeWav(wav, hears);
  const browser = await chromium.launch({
    ...HEADLESS_CHROMIUM,
    args: [
      ...CHROMIUM_ARGUMENTS,
      MICROPHONE_GRANTED,
      `--use-file-for-fake-audio-capture=${wav}%noloop`,
      ...more,
    ],
  });
  return {
    browser,
    hears: (samples) => writeWav(wav, samples),
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from '@playwright/test';
import {
  CHROMIUM_ARGUMENTS,
  HEADLESS_CHROMIUM,
  MICROPHONE_DENIED,
  MICROPHONE_GRANTED,
  WHOLE_CHROMIUM,
} from './chromium.ts';
import { writeWav } from './wav.ts';

export interface MicrophoneOptions {
  /**
   * What the microphone hears, PCM16 at 16 kHz, from the moment it is opened. Chromium loses the
   * first 70 ms and repeats the last 10 ms for ever: begin and end with silence.
   */
  readonly hears?: Int16Array;
  /** The answer to the question for the microphone. */
  readonly permission?: 'granted' | 'denied';
}

export interface BrowserWithMicrophone extends AsyncDisposable {
  readonly browser: Browser;
}

/** A Chromium of its own: what the microphone hears can only be said at launch. */
export async function launchWithMicrophone(
  options: MicrophoneOptions,
): Promise<BrowserWithMicrophone> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-microphone-'));
  const wav = join(folder, 'microphone.wav');
  if (options.hears !== undefined) writeWav(wav, options.hears);
  const denied = options.permission === 'denied';
  const browser = await chromium.launch({
    ...(denied ? WHOLE_CHROMIUM : HEADLESS_CHROMIUM),
    args: [
      ...CHROMIUM_ARGUMENTS,
      denied ? MICROPHONE_DENIED : MICROPHONE_GRANTED,
      ...(options.hears === undefined ? [] : [`--use-file-for-fake-audio-capture=${wav}%noloop`]),
    ],
  });
  return {
    browser,
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

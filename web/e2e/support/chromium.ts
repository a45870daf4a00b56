import { existsSync } from 'node:fs';

/** Which browser Playwright launches, for `launchOptions`. */
export interface ChromiumBuild {
  readonly executablePath?: string;
  readonly channel?: string;
}

/** Chromium with all of its interface: Debian's if there is one, else what Playwright downloads. */
export const WHOLE_CHROMIUM: ChromiumBuild = systemBuild(
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
) ?? { channel: 'chromium' };

/**
 * The same engine without windows, which takes about half the processor time of a test. Only its
 * questions to the person differ: a permission cannot be denied in it, and no page installed.
 * Debian's if there is one.
 */
export const HEADLESS_CHROMIUM: ChromiumBuild =
  systemBuild('/usr/bin/chromium-headless-shell') ??
  (WHOLE_CHROMIUM.executablePath === undefined ? {} : WHOLE_CHROMIUM);

function systemBuild(...paths: readonly string[]): ChromiumBuild | undefined {
  const executablePath = paths.find((path) => existsSync(path));
  return executablePath === undefined ? undefined : { executablePath };
}

/** A microphone without a device: it plays a file, or beeps. */
export const FAKE_MICROPHONE = '--use-fake-device-for-media-stream';

/** Quiet, and with a microphone that needs no hardware. */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
  FAKE_MICROPHONE,
];

/** The question for the microphone is answered without a person. */
export const MICROPHONE_GRANTED = '--use-fake-ui-for-media-stream';

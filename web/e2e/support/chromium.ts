import { existsSync } from 'node:fs';

/** Debian's Chromium if there is one; otherwise the build that Playwright downloads. */
const systemChromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) =>
  existsSync(path),
);

/** Which Chromium the tests run in, for `launchOptions`. */
export const CHROMIUM_EXECUTABLE =
  systemChromium === undefined ? {} : { executablePath: systemChromium };

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
export const MICROPHONE_DENIED = '--use-fake-ui-for-media-stream=deny';

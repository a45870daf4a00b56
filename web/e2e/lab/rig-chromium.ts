import { chromium, type Browser } from '@playwright/test';
import {
  CHROMIUM_ARGUMENTS,
  WHOLE_CHROMIUM,
  FAKE_MICROPHONE,
  MICROPHONE_GRANTED,
} from '../support/chromium.ts';

/**
 * Starts a Chromium that plays and listens on real audio devices.
 *
 * @param environment - the rig's
 */
export function launchAudibleChromium(
  environment: Readonly<Record<string, string>>,
): Promise<Browser> {
  return chromium.launch({
    ...WHOLE_CHROMIUM,
    env: { ...ownEnvironment(), ...environment },
    ignoreDefaultArgs: ['--mute-audio'],
    args: [...CHROMIUM_ARGUMENTS.filter((each) => each !== FAKE_MICROPHONE), MICROPHONE_GRANTED],
  });
}

function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

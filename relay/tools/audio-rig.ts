import { existsSync } from 'node:fs';
import { say } from './project.ts';
import { installPackages } from './system-packages.ts';

/** What the audio rig and its browsers run, by the package of Debian that has it. */
const PROGRAMS = {
  pulseaudio: '/usr/bin/pulseaudio',
  'pulseaudio-utils': '/usr/bin/parec',
  'firefox-esr': '/usr/bin/firefox-esr',
  'webkit2gtk-driver': '/usr/bin/WebKitWebDriver',
  xvfb: '/usr/bin/Xvfb',
} as const;
type RigPackage = keyof typeof PROGRAMS;

/**
 * Provides PulseAudio for the audio rig, and what else is named: what is installed, or the system's
 * packages if this process may install them.
 *
 * @returns false if that does not work; what to do has then been printed
 */
export async function provideAudioRig(...also: readonly RigPackage[]): Promise<boolean> {
  const needed: readonly RigPackage[] = ['pulseaudio', 'pulseaudio-utils', ...also];
  const missing = needed.filter((name) => !existsSync(PROGRAMS[name]));
  for (const name of missing) {
    say(`Installing ${name} for the audio rig …`);
    if ((await installPackages(name)) && existsSync(PROGRAMS[name])) continue;
    say(
      `The audio rig needs ${missing.join(', ')}: install with ` +
        `"apt-get install ${missing.join(' ')}" as root, then run this again.`,
    );
    return false;
  }
  return true;
}

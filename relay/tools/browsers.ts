import { provideAudioRig } from './audio-rig.ts';
import { provideChromium } from './chromium.ts';
import { takesNoArguments } from './command-line.ts';
import { runTool } from './project.ts';

const ABOUT =
  'Asks questions aloud in Chromium, Firefox and WebKit, over real audio devices, and listens to the answers.';

/** @returns the exit status */
async function browsers(): Promise<number> {
  if (!(await provideChromium())) return 1;
  if (!(await provideAudioRig('firefox-esr', 'webkit2gtk-driver', 'xvfb'))) return 1;
  return runTool('node_modules/@playwright/test/cli.js', [
    ...['test', 'lab/browsers.spec.ts', 'lab/embed.spec.ts', '--project', 'lab'],
  ]);
}

process.exitCode = takesNoArguments('browsers', ABOUT) ?? (await browsers());

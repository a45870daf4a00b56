import { provideAudioRig } from './audio-rig.ts';
import { provideChromium } from './chromium.ts';
import { takesNoArguments } from './command-line.ts';
import { runTool } from './project.ts';

const ABOUT =
  'Talks to a real relay in a real browser for a quarter of an hour, and counts cut sentences and interrupted answers; and checks the audio rig.';

/** @returns the exit status */
async function lab(): Promise<number> {
  if (
    !(await provideChromium()) ||
    !(await provideAudioRig('firefox-esr', 'webkit2gtk-driver', 'xvfb'))
  )
    return 1;
  return runTool('node_modules/@playwright/test/cli.js', ['test', '--project', 'lab']);
}

process.exitCode = takesNoArguments('lab', ABOUT) ?? (await lab());

import { provideChromium } from './chromium.ts';
import { takesNoArguments } from './command-line.ts';
import { runTool } from './project.ts';

const ABOUT = 'Makes the images in docs/images anew, from the page as it is now.';

/** @returns the exit status */
async function screenshots(): Promise<number> {
  if (!(await provideChromium())) return 1;
  return runTool('node_modules/@playwright/test/cli.js', ['test', '--project', 'screenshots']);
}

process.exitCode = takesNoArguments('screenshots', ABOUT) ?? (await screenshots());

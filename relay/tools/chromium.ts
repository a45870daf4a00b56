import { existsSync } from 'node:fs';
import { runTool, say } from './project.ts';
import { installPackages } from './system-packages.ts';

/** Where Debian and its derivatives put Chromium; `playwright.config.ts` looks there too. */
const SYSTEM_CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];
const SYSTEM_HEADLESS = '/usr/bin/chromium-headless-shell';

/** The system's Chromium; undefined if there is none. */
export function chromiumPath(): string | undefined {
  return SYSTEM_CHROMIUM.find((path) => existsSync(path));
}

/**
 * Provides a Chromium for the browser tests: the system's package if this process may install it,
 * else Playwright's own download. Its build without windows comes with it if there is one; the
 * tests do without it, at twice the processor time.
 *
 * @returns false if neither works; what to do has then been printed
 */
export async function provideChromium(): Promise<boolean> {
  const hasWhole = chromiumPath() !== undefined;
  if (hasWhole && existsSync(SYSTEM_HEADLESS)) return true;
  if (!hasWhole) say('Installing Chromium for the browser tests …');
  if (await installPackages('chromium', 'chromium-headless-shell')) return true;
  if (hasWhole || (await installPackages('chromium'))) return true;
  if ((await runTool('node_modules/@playwright/test/cli.js', ['install', 'chromium'])) === 0) {
    return true;
  }
  say(
    'The browser tests need Chromium: install it with "apt-get install chromium" as root, ' +
      'or with "npx playwright install --with-deps chromium", then run npm test again.',
  );
  return false;
}

import { existsSync, readFileSync } from 'node:fs';
import { run, runTool, say } from './project.ts';

/** Where Debian and its derivatives put Chromium; `playwright.config.ts` looks there too. */
const SYSTEM_CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

/**
 * Provides a Chromium for the browser tests: the system's package if this process may install it,
 * else Playwright's own download.
 *
 * @returns false if neither works; what to do has then been printed
 */
export async function provideChromium(): Promise<boolean> {
  if (SYSTEM_CHROMIUM.some((path) => existsSync(path))) return true;
  if (isRootOnDebian()) {
    say('Installing Chromium for the browser tests …');
    const apt = (...aptArguments: string[]) =>
      run('apt-get', [...aptArguments, '-qq'], {
        environment: { DEBIAN_FRONTEND: 'noninteractive' },
      });
    const isUpdated = (await apt('update')) === 0;
    if (isUpdated && (await apt('install', '-y', '--no-install-recommends', 'chromium')) === 0) {
      return true;
    }
  }
  if ((await runTool('node_modules/@playwright/test/cli.js', ['install', 'chromium'])) === 0) {
    return true;
  }
  say(
    'The browser tests need Chromium: install it with "apt-get install chromium" as root, ' +
      'or with "npx playwright install --with-deps chromium", then run npm test again.',
  );
  return false;
}

function isRootOnDebian(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  try {
    // Ubuntu's package of that name is a snap that does not run in a container.
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

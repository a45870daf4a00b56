import { hasPrometheus, programPath } from '../testing/system-programs.ts';
import { say } from './project.ts';
import { installPackages } from './system-packages.ts';

/** Debian packages that tests try the relay with, and whether each is there. */
const PACKAGES: Readonly<Record<string, () => boolean>> = {
  prometheus: hasPrometheus,
  nginx: () => programPath('nginx') !== undefined,
  caddy: () => programPath('caddy') !== undefined,
  haproxy: () => programPath('haproxy') !== undefined,
  'redis-server': () => programPath('redis-server') !== undefined,
};

/**
 * Provides the programs that tests run beside the relay, if this process may install them. Tests
 * without theirs are left out, or fail and say what to install, as all do in CI.
 */
export async function provideTestPrograms(): Promise<void> {
  for (const [name, isThere] of Object.entries(PACKAGES)) {
    if (isThere()) continue;
    say(`Installing ${name} for the tests …`);
    if ((await installPackages(name)) && isThere()) continue;
    say(`Tests with a real ${name} are left out or fail: it is not installed.`);
  }
}

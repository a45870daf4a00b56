import { existsSync, readFileSync } from 'node:fs';
import { run } from './project.ts';

/** One at a time: apt holds a lock. */
let installing: Promise<unknown> = Promise.resolve();
/** The exit status of the one update of the lists that a process makes. */
let updated: Promise<number> | undefined;

/**
 * Installs packages of Debian, if this process may: all or none of them.
 *
 * @returns false if it may not, or it failed; what the package manager says has then been shown
 */
export function installPackages(...names: readonly string[]): Promise<boolean> {
  const installed = installing.then(() => install(names));
  installing = installed;
  return installed;
}

async function install(names: readonly string[]): Promise<boolean> {
  if (!isRootOnDebian()) return false;
  const apt = (...aptArguments: string[]) =>
    run('apt-get', [...aptArguments, '-qq'], {
      environment: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  updated ??= apt('update');
  if ((await updated) !== 0) return false;
  return (await apt('install', '-y', '--no-install-recommends', ...names)) === 0;
}

function isRootOnDebian(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  try {
    // Ubuntu's packages of programs such as Chromium are snaps that do not run in a container.
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

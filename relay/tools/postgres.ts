import { findPostgres } from '../testing/postgres-binaries.ts';
import { say } from './project.ts';
import { installPackages } from './system-packages.ts';

/**
 * Provides a Postgres server for the tests of the storage: the one that is installed, or the
 * system's package if this process may install it.
 *
 * @returns false if neither works; what to do has then been printed
 */
export async function providePostgres(): Promise<boolean> {
  if (findPostgres() !== undefined) return true;
  say('Installing Postgres for the tests of the storage …');
  if ((await installPackages('postgresql')) && findPostgres() !== undefined) return true;
  say(
    'The tests of the storage need a Postgres server: install it with "apt-get install postgresql" ' +
      'as root, then run npm test again.',
  );
  return false;
}

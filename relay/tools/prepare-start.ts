import { parseStartOptions } from '../src/base/config/start-options.ts';
import { prepareDatabase } from './database-preparation.ts';
import { buildPage } from './page-build.ts';
import { say } from './project.ts';
import { UNUSABLE } from './command-line.ts';

/** Checks the command line of `npm start`, before time is spent on the page and the database. */
async function prepareStart(): Promise<number> {
  try {
    // The relay itself prints the help.
    if (parseStartOptions(process.argv.slice(2)) === 'help') return 0;
  } catch (error) {
    say((error as Error).message);
    return UNUSABLE;
  }
  const [status] = await Promise.all([buildPage(), prepareDatabase()]);
  return status;
}

process.exitCode = await prepareStart();

import { runCommand } from './command-line.ts';
import { runRestore } from './data-commands.ts';

await runCommand(runRestore);

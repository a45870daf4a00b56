import { runCommand } from './command-line.ts';
import { runBackup } from './data-commands.ts';

await runCommand(runBackup);

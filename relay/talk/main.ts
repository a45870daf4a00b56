import { runCommand } from '../tools/command-line.ts';
import { runTalk } from './run.ts';

await runCommand(runTalk);

import { runCommand } from './command-line.ts';
import { runCompare } from './compare/run-compare.ts';

await runCommand(runCompare);

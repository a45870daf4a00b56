import { runCommand } from '../tools/command-line.ts';
import { runBench } from './run-bench.ts';

await runCommand(runBench);

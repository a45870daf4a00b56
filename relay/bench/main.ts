import { runCommand } from '../tools/command-line.ts';
import { runBench } from './run-bench.ts';

await runCommand((signal) =>
  runBench(process.argv.slice(2), { output: process.stdout, errors: process.stderr, signal }),
);

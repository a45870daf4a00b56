import { runCommand } from '../tools/command-line.ts';
import { runTalk } from './run.ts';

await runCommand((signal) =>
  runTalk(process.argv.slice(2), {
    output: process.stdout,
    errors: process.stderr,
    isColoured: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    signal,
  }),
);

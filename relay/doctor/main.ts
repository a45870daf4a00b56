import { runCommand } from '../tools/command-line.ts';
import { ROOT } from '../tools/project.ts';
import { runDoctor } from './run.ts';

await runCommand((interrupted) => {
  // `pnpm doctor | head` closes the pipe before the table ends.
  const closed = new AbortController();
  process.stdout.on('error', () => closed.abort());
  return runDoctor(process.argv.slice(2), {
    output: process.stdout,
    errors: process.stderr,
    environment: process.env,
    folder: ROOT,
    signal: AbortSignal.any([interrupted, closed.signal]),
  });
});

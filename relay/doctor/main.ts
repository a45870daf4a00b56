import { runCommand } from '../tools/command-line.ts';
import { ROOT } from '../tools/project.ts';
import { runDoctor } from './run.ts';

await runCommand((commandLine, { output, errors, signal }) => {
  // `npm run doctor | head` closes the pipe before the table ends.
  const closed = new AbortController();
  process.stdout.on('error', () => closed.abort());
  return runDoctor(commandLine, {
    output,
    errors,
    environment: process.env,
    folder: ROOT,
    signal: AbortSignal.any([signal, closed.signal]),
  });
});

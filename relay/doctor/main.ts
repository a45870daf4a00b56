import { ROOT } from '../tools/project.ts';
import { runDoctor } from './run.ts';

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());

// `pnpm doctor | head` closes the pipe before the table ends.
process.stdout.on('error', () => abort.abort());

process.exitCode = await runDoctor(process.argv.slice(2), {
  output: process.stdout,
  errors: process.stderr,
  environment: process.env,
  folder: ROOT,
  signal: abort.signal,
});

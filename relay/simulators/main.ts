import { runSimulators } from './run-simulators.ts';

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => abort.abort());
}

process.exitCode = await runSimulators(process.argv.slice(2), {
  output: process.stdout,
  errors: process.stderr,
  signal: abort.signal,
});

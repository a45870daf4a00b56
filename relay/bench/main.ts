import { runBench } from './run-bench.ts';

const INTERRUPTED = 130;

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Processes that were started end when this one does.
    if (abort.signal.aborted) process.exit(INTERRUPTED);
    abort.abort();
  });
}

const status = await runBench(process.argv.slice(2), {
  output: process.stdout,
  errors: process.stderr,
  signal: abort.signal,
});
process.exitCode = abort.signal.aborted ? INTERRUPTED : status;

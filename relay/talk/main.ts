import { runTalk } from './run.ts';

const INTERRUPTED = 130;

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Someone who asks twice does not want to wait.
    if (abort.signal.aborted) process.exit(INTERRUPTED);
    abort.abort();
  });
}

try {
  process.exitCode = await runTalk(process.argv.slice(2), {
    output: process.stdout,
    errors: process.stderr,
    isColoured: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    signal: abort.signal,
  });
} catch (error) {
  if (!abort.signal.aborted) throw error;
  process.exitCode = INTERRUPTED;
}

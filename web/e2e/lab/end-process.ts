import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const STOP_DEADLINE_MS = 5_000;

/** Ends a process, by force if it does not end by itself; resolves when it has. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await ended.finally(() => clearTimeout(force));
}

import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { DatabaseOptions } from './database-service.ts';
import type { DatabaseAnswer, DatabaseRequest } from './database-thread.ts';

/** Weaker than the threads of calls: a query may wait, a voice may not. */
const NICENESS = 10;

const port = parentPort!;
yieldToCalls();
const { isQueryFault, withoutData } = await import('./database.ts');
const { DatabaseService } = await import('./database-service.ts');
const service = new DatabaseService(workerData as DatabaseOptions, async (database) => {
  if ('dir' in database) {
    const { openPglite } = await import('./pglite-database.ts');
    return openPglite(database.dir);
  }
  const { openPostgres } = await import('./postgres-database.ts');
  return openPostgres(database.url);
});

port.on('message', (request: DatabaseRequest) => void answer(request));

async function answer({ id, method, args }: DatabaseRequest): Promise<void> {
  let reply: DatabaseAnswer;
  try {
    const call = service[method] as (...parameters: unknown[]) => Promise<unknown>;
    reply = { id, value: await call.apply(service, [...args]) };
  } catch (error) {
    reply = { id, error: withoutData(error), isQueryFault: isQueryFault(error) };
  }
  port.postMessage(reply);
  if (method === 'close') port.close();
}

/** Linux gives each thread a priority of its own; elsewhere it stays as it is. */
function yieldToCalls(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), NICENESS);
  } catch {
    // Only a courtesy.
  }
}

import { isMainThread } from 'node:worker_threads';
import { serve } from '../process/serve.ts';
import { subjectProbe } from './subject-probe.ts';

/**
 * Loaded into a relay before its own code (`node --import`): the relay itself is the one that
 * people start, of any commit.
 */
const handlers = {
  ...subjectProbe,
  /** Where the relay listens; waits until it does. */
  address: (): Promise<string> => address,
};
export type RelayProbeHandlers = typeof handlers;

const { promise: address, resolve } = Promise.withResolvers<string>();

// Threads of the relay load this, too.
if (isMainThread) {
  // The relay prints its address for people; here standard output belongs to the bench.
  process.stdout.write = (text: string | Uint8Array) => {
    const url = /http:\/\/\S+/.exec(String(text))?.[0];
    if (url !== undefined) resolve(url.replace('localhost', '127.0.0.1'));
    return true;
  };
  serve(handlers);
}

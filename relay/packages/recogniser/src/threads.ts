import { getCompileCacheDir } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { SpeechGrammar } from './grammar.ts';
import type { RecogniserStart } from './recogniser-protocol.ts';

/** By default a thread keeps 80 MB of what it discarded while it made the grammar's network. */
const YOUNG_GENERATION_MB = 8;

/**
 * Starts recognisers of one grammar, each in a thread of its own. A thread posts `ready` once it
 * takes requests (`RecogniserRequest`), then one answer to each, in order.
 */
export function recogniserThreads(grammar: SpeechGrammar): () => Worker {
  /** Half of what a thread takes to start; made by the first. */
  let networks: Uint8Array | undefined;
  const cacheFolder = getCompileCacheDir();
  return () => {
    const worker = new Worker(new URL('./recogniser.worker.ts', import.meta.url), {
      workerData: { grammar, networks, cacheFolder } satisfies RecogniserStart,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    if (networks === undefined) {
      worker.once('message', (message: Uint8Array) => {
        networks = message;
      });
    }
    return worker;
  };
}

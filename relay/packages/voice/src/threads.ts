import { Worker } from 'node:worker_threads';

/**
 * A thread that speaks. It posts `ready` once it takes requests (`SynthesisRequest`), then one
 * answer to each, in order. It compiles the voice itself, so that nothing of it outlives the thread.
 */
export function voiceThread(): Worker {
  return new Worker(new URL('./synthesis.worker.ts', import.meta.url));
}

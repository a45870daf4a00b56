import { Worker } from 'node:worker_threads';
import { compileFlite } from './flite.ts';

/**
 * Compiles the voice once, and starts threads that speak with it. A thread posts `ready` once it
 * takes requests (`SynthesisRequest`), then one answer to each, in order.
 */
export async function voiceThreads(): Promise<() => Worker> {
  const flite = await compileFlite();
  return () => new Worker(new URL('./synthesis.worker.ts', import.meta.url), { workerData: flite });
}

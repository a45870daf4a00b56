import { Worker } from 'node:worker_threads';

export { WINDOW_SAMPLES } from './log-mel.ts';

/**
 * Starts a turn model in a thread of its own. The thread posts `ready` once it takes requests,
 * PCM16 at 16 kHz, and answers each with how probably the turn is over, 0–1.
 *
 * @param path - of an ONNX file with the interface of Smart Turn v3
 */
export function turnModelThread(path: string): Worker {
  return new Worker(new URL('./turn-model.worker.ts', import.meta.url), { workerData: path });
}

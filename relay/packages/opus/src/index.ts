import { Worker } from 'node:worker_threads';

export type { OpusAnswer, OpusRequest, OpusStreamKind } from './opus-protocol.ts';

/**
 * Starts a thread that encodes and decodes Opus. It posts `ready` once it takes requests
 * (`OpusRequest`), then one answer to each, in order.
 */
export function opusThread(): Worker {
  return new Worker(new URL('./opus.worker.ts', import.meta.url));
}

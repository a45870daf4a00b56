import { Worker } from 'node:worker_threads';

export type {
  DetectorAnswer,
  DetectorInput,
  DetectorRequest,
  SpeechFound,
} from './detector-protocol.ts';

/**
 * Starts a thread that detects speech in any number of streams. It posts `ready` once it takes
 * requests (`DetectorRequest`), then one answer to each, in order.
 */
export function speechDetectorThread(): Worker {
  return new Worker(new URL('./detector.worker.ts', import.meta.url));
}

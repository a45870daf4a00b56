import { parentPort, workerData } from 'node:worker_threads';
import { WORKER_READY } from '../../../lib/worker-pool-member.ts';
import type { SpeechGrammar } from '../grammar.ts';
import type { RecogniserAnswer, RecogniserRequest } from './recogniser-protocol.ts';
import { Recogniser } from './recogniser.ts';

if (parentPort === null) throw new Error('This file runs in a worker thread.');
const port = parentPort;

const recogniser = await Recogniser.create(workerData as SpeechGrammar);
// The recogniser's loader takes over uncaught exceptions; in here one is to end the thread, so
// that the pool hears of it.
process.removeAllListeners('uncaughtException');

port.on('message', (request: RecogniserRequest) => port.postMessage(answer(request)));
port.postMessage(WORKER_READY);

function answer(request: RecogniserRequest): RecogniserAnswer {
  switch (request.type) {
    case 'audio':
      return { type: 'partial', text: recogniser.push(request.samples) };
    case 'finish':
      return { type: 'final', ...recogniser.finish() };
    case 'discard':
      recogniser.discard();
      return { type: 'discarded' };
  }
}

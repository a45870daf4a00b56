import { on } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { packed, unpacked } from './packed-networks.ts';
import type {
  RecogniserAnswer,
  RecogniserRequest,
  RecogniserStart,
} from './recogniser-protocol.ts';
import { Recogniser } from './recogniser.ts';

if (parentPort === null) throw new Error('This file runs in a worker thread.');
const port = parentPort;

const { grammar, networks: known } = workerData as RecogniserStart;
const { recogniser, networks } = await Recogniser.create(grammar, known && unpacked(known));
// The recogniser's loader takes over uncaught exceptions; here one must end the thread, so that the
// pool notices it.
process.removeAllListeners('uncaughtException');

async function answer(request: RecogniserRequest): Promise<RecogniserAnswer> {
  switch (request.type) {
    case 'audio': {
      const text = await recogniser.push(request.samples, request.mayInterrupt);
      return { type: 'partial', text };
    }
    case 'finish':
      return { type: 'final', ...(await recogniser.finish()) };
    case 'discard':
      await recogniser.discard();
      return { type: 'discarded' };
  }
}

const requests = on(port, 'message') as AsyncIterable<[RecogniserRequest]>;
if (known === undefined) port.postMessage(packed(networks));
port.postMessage('ready');
for await (const [request] of requests) port.postMessage(await answer(request));

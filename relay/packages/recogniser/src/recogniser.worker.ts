import { on } from 'node:events';
import { deserialize, serialize } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { keepNetworks, keptNetworks } from './packed-networks.ts';
import type {
  RecogniserAnswer,
  RecogniserRequest,
  RecogniserStart,
} from './recogniser-protocol.ts';
import { Recogniser, type GrammarNetworks } from './recogniser.ts';

if (parentPort === null) throw new Error('This file runs in a worker thread.');
const port = parentPort;

const { grammar, networks: given, cacheFolder } = workerData as RecogniserStart;
const known =
  given ?? (cacheFolder === undefined ? undefined : await keptNetworks(cacheFolder, grammar));
const { recogniser, networks } = await Recogniser.create(
  grammar,
  known && (deserialize(known) as GrammarNetworks),
);
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

const made = known ?? serialize(networks);
const requests = on(port, 'message') as AsyncIterable<[RecogniserRequest]>;
if (given === undefined) port.postMessage(made);
port.postMessage('ready');
if (known === undefined && cacheFolder !== undefined) void keepNetworks(cacheFolder, grammar, made);
for await (const [request] of requests) port.postMessage(await answer(request));

import { on } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { TurnModelSession } from './turn-model-session.ts';

if (parentPort === null) throw new Error('This file runs in a worker thread.');
const port = parentPort;
const model = await TurnModelSession.load(workerData as string);

// PCM16 at 16 kHz in, a probability out.
const requests = on(port, 'message') as AsyncIterable<[Int16Array]>;
port.postMessage('ready');
for await (const [samples] of requests) port.postMessage(await model.judge(samples));

import { on } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { parseSileroWeights, type SileroWeights } from '@parley/shared/vad/silero-weights';
import { readSileroWeights } from '@parley/shared/vad/silero-weights-file';
import { DetectedStream } from './detected-stream.ts';
import type {
  DetectorAnswer,
  DetectorInput,
  DetectorRequest,
  SpeechFound,
} from './detector-protocol.ts';

if (parentPort === null) throw new Error('This file runs in a worker thread.');
const port = parentPort;
const streams = new Map<number, DetectedStream>();
let weights: SileroWeights | undefined;

async function start(given: SharedArrayBuffer | undefined): Promise<DetectorAnswer> {
  const shared = given ?? (await readWeights());
  streams.clear();
  weights = parseSileroWeights(shared);
  return { type: 'started', weights: shared };
}

async function readWeights(): Promise<SharedArrayBuffer> {
  const file = await readSileroWeights();
  const shared = new SharedArrayBuffer(file.length);
  new Uint8Array(shared).set(file);
  return shared;
}

function take(id: number, input: DetectorInput, onFound: (found: SpeechFound) => void): void {
  const stream = streams.get(id);
  switch (input.type) {
    case 'open':
      return void streams.set(id, new DetectedStream(weights!, input.longestMs, onFound));
    case 'samples':
      return stream?.push(input.samples);
    case 'end-of-turn':
      return stream?.endOfTurn(input.utterance, input.endMs);
    case 'playing':
      if (stream !== undefined) stream.isPlaying = input.isPlaying;
      return;
    case 'close':
      streams.delete(id);
  }
}

/** Of the request that is being answered: streams find something only while they are fed. */
let found: [number, SpeechFound][] = [];

async function answer(request: DetectorRequest): Promise<DetectorAnswer> {
  if (request.type === 'start') return start(request.weights);
  found = [];
  for (const [id, input] of request.inputs) take(id, input, (what) => found.push([id, what]));
  return { type: 'found', found };
}

const requests = on(port, 'message') as AsyncIterable<[DetectorRequest]>;
port.postMessage('ready');
for await (const [request] of requests) port.postMessage(await answer(request));

import { on } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { OpusDecoder, OpusEncoder } from './opus-codec.ts';
import type { OpusAnswer, OpusRequest } from './opus-protocol.ts';

if (parentPort === null) throw new Error('This file runs in a worker thread.');
const port = parentPort;
const decoders = new Map<number, OpusDecoder>();
const encoders = new Map<number, OpusEncoder>();

async function answer(request: OpusRequest): Promise<OpusAnswer> {
  const { stream } = request;
  switch (request.type) {
    case 'open': {
      const { as } = request;
      if (as.kind === 'decoder') decoders.set(stream, await OpusDecoder.create(as.rateHz));
      else encoders.set(stream, await OpusEncoder.create(as.rateHz, as.bitrate));
      return { type: 'done' };
    }
    case 'decode':
      return { type: 'decoded', samples: decoders.get(stream)!.decode(request.packets) };
    case 'encode':
      return {
        type: 'encoded',
        packets: encoders.get(stream)!.encode(request.samples, request.isLast),
      };
    case 'close':
      for (const kind of [decoders, encoders]) {
        kind.get(stream)?.free();
        kind.delete(stream);
      }
      return { type: 'done' };
  }
}

const requests = on(port, 'message') as AsyncIterable<[OpusRequest]>;
port.postMessage('ready');
for await (const [request] of requests) port.postMessage(await answer(request));

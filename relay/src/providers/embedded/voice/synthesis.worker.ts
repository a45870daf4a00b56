import { parentPort, workerData } from 'node:worker_threads';
import { WORKER_READY } from '../../../base/lib/worker-pool-member.ts';
import { Flite } from './flite.ts';
import type { SynthesisAnswer, SynthesisRequest } from './synthesis-protocol.ts';
import { trimSilence } from './trim-silence.ts';

if (parentPort === null) throw new Error('This file runs in a worker thread.');
const port = parentPort;
const flite = new Flite(workerData as WebAssembly.Module);

port.on('message', ({ voice, text, pauses, speed, gain }: SynthesisRequest) => {
  const samples = trimSilence(flite.speak(voice, text, { speed }), pauses);
  for (let at = 0; at < samples.length; at += 1) {
    samples[at] = Math.max(-0x8000, Math.min(0x7fff, samples[at]! * gain));
  }
  port.postMessage({ samples } satisfies SynthesisAnswer, [samples.buffer]);
  flite.renew();
});
port.postMessage(WORKER_READY);

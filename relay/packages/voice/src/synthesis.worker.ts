import { parentPort } from 'node:worker_threads';
import { compileFlite, Flite } from './flite.ts';
import type { SynthesisAnswer, SynthesisRequest } from './synthesis-protocol.ts';
import { trimSilence } from './trim-silence.ts';

/** Their speech is 13.5, 20.1 and 18.7 dB below full scale; with these it is 17. */
const GAINS: Readonly<Record<string, number>> = { slt: 0.67, rms: 1.43, awb: 1.22 };

if (parentPort === null) throw new Error('This file runs in a worker thread.');
const port = parentPort;
const flite = new Flite(await compileFlite());

port.on('message', ({ voice, text, pauses, speed }: SynthesisRequest) => {
  const gain = GAINS[voice] ?? 1;
  const samples = trimSilence(flite.speak(voice, text, { speed }), pauses);
  for (let at = 0; at < samples.length; at += 1) {
    samples[at] = Math.max(-0x8000, Math.min(0x7fff, samples[at]! * gain));
  }
  port.postMessage({ samples } satisfies SynthesisAnswer, [samples.buffer]);
  flite.renew();
});
port.postMessage('ready');

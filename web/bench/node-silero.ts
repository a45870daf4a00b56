import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as ort from 'onnxruntime-web/wasm';
import { log } from '@ricky0123/vad-web/dist/logging.js';
import { Silero } from '@ricky0123/vad-web/dist/models/silero.js';
import type { SpeechDetector } from '../src/media-worker/uplink/speech-detector.ts';
import { FRAME_SAMPLES } from '../src/messages/capture-messages.ts';

const { resolve } = createRequire(import.meta.url);
const WASM = resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
const MODEL = resolve('@ricky0123/vad-web/dist/silero_vad_v6.onnx');

/** The page's speech detector, with the same weights and runtime, in Node. */
export async function loadSileroInNode(): Promise<SpeechDetector> {
  // Standard output and error belong to the results.
  log.debug = () => {};
  const [wasm, weights] = await Promise.all([readFile(WASM), readFile(MODEL)]);
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.numThreads = 1;
  const model = await Silero.new(ort, async () => new Uint8Array(weights).buffer);
  await model.process(new Float32Array(FRAME_SAMPLES));
  model.reset_state();
  return { probabilityOf: async (frame) => (await model.process(frame)).isSpeech };
}

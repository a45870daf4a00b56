import * as ort from 'onnxruntime-web/wasm';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { Silero } from '@ricky0123/vad-web/dist/models/silero';
import modelUrl from '@ricky0123/vad-web/dist/silero_vad_v6.onnx?url';
import { FRAME_SAMPLES } from '../../messages/capture-messages.ts';
import type { SpeechDetector } from './speech-detector.ts';

const FETCH_DEADLINE_MS = 60_000;

/**
 * Loads the Silero v6 speech detector and runs it once, because its first inference takes a
 * hundred times as long as the later ones.
 *
 * The package's own frame processor is not used: it reports a misfire only after the
 * whole redemption time, and keeps every sample of an utterance.
 *
 * @throws what the network or the runtime throws
 */
export async function loadSileroDetector(): Promise<SpeechDetector> {
  ort.env.wasm.wasmPaths = { wasm: wasmUrl };
  // Threads would need cross-origin isolation and gain nothing for a model this small.
  ort.env.wasm.numThreads = 1;
  const model = await Silero.new(ort, fetchModel);
  await model.process(new Float32Array(FRAME_SAMPLES));
  model.reset_state();
  return {
    probabilityOf: async (frame) => (await model.process(frame)).isSpeech,
  };
}

async function fetchModel(): Promise<ArrayBuffer> {
  const response = await fetch(modelUrl, { signal: AbortSignal.timeout(FETCH_DEADLINE_MS) });
  if (!response.ok) throw new Error(`The speech detector answered with status ${response.status}`);
  return response.arrayBuffer();
}

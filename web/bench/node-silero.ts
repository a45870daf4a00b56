import { readSileroWeights } from '../build/silero-weights-file.ts';
import { SileroNetwork } from '../src/client/media-worker/speech/silero/silero-network.ts';
import { parseSileroWeights } from '../src/client/media-worker/speech/silero/silero-weights.ts';
import type { SpeechDetector } from '../src/client/media-worker/speech/speech-detector.ts';

/** The page's speech detector in Node. */
export async function loadSileroInNode(): Promise<SpeechDetector> {
  const { buffer } = await readSileroWeights();
  const network = new SileroNetwork(parseSileroWeights(buffer));
  return { probabilityOf: async (frame) => network.probabilityOf(frame) };
}

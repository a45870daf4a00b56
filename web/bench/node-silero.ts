import { readSileroWeights } from '../build/silero-weights-file.ts';
import { SileroNetwork } from '../src/media-worker/uplink/silero/silero-network.ts';
import { parseSileroWeights } from '../src/media-worker/uplink/silero/silero-weights.ts';
import type { SpeechDetector } from '../src/media-worker/uplink/speech-detector.ts';

/** The page's speech detector in Node. */
export async function loadSileroInNode(): Promise<SpeechDetector> {
  const { buffer } = await readSileroWeights();
  const network = new SileroNetwork(parseSileroWeights(buffer));
  return { probabilityOf: async (frame) => network.probabilityOf(frame) };
}

import { readSileroWeights } from '@parley/shared/vad/silero-weights-file';
import { SileroNetwork } from '@parley/shared/vad/silero-network';
import { parseSileroWeights } from '@parley/shared/vad/silero-weights';
import type { SpeechDetector } from '@parley/shared/vad/speech-detector';

/** The page's speech detector in Node. */
export async function loadSileroInNode(): Promise<SpeechDetector> {
  const { buffer } = await readSileroWeights();
  const network = new SileroNetwork(parseSileroWeights(buffer));
  return { probabilityOf: async (frame) => network.probabilityOf(frame) };
}

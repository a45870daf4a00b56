import weightsUrl from 'virtual:silero-weights?url';
import { FRAME_SAMPLES } from '@parley/shared/vad/speech-detector';
import type { SpeechDetector } from '@parley/shared/vad/speech-detector';
import { SileroNetwork } from '@parley/shared/vad/silero-network';
import { parseSileroWeights } from '@parley/shared/vad/silero-weights';

const FETCH_DEADLINE_MS = 60_000;
/** The first frames take longest, before the browser has compiled what they run. */
const REHEARSED_FRAMES = 8;

/**
 * Loads the Silero speech detector and rehearses it.
 *
 * The frame processor of vad-web, which publishes the model, is not used: it reports a misfire only
 * after the whole redemption time, and keeps every sample of an utterance.
 *
 * @throws Error if the weights cannot be loaded
 */
export async function loadSileroDetector(): Promise<SpeechDetector> {
  const signal = AbortSignal.timeout(FETCH_DEADLINE_MS);
  // What a host once answered in place of the file may be kept as long as the file.
  const network = await loadNetwork('default', signal).catch(() => loadNetwork('reload', signal));
  for (let n = 0; n < REHEARSED_FRAMES; n += 1) {
    network.probabilityOf(new Float32Array(FRAME_SAMPLES));
  }
  network.reset();
  return { probabilityOf: async (frame) => network.probabilityOf(frame) };
}

async function loadNetwork(cache: RequestCache, signal: AbortSignal): Promise<SileroNetwork> {
  const response = await fetch(weightsUrl, { cache, signal });
  if (!response.ok) throw new Error(`The speech detector answered with status ${response.status}`);
  return new SileroNetwork(parseSileroWeights(await response.arrayBuffer()));
}

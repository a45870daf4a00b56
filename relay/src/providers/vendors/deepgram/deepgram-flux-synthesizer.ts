import type { Synthesizer } from '../../../call/stages/synthesizer/synthesizer.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import { readFluxVoice } from './deepgram-events.ts';
import { deepgramSpeech, type DeepgramVoices } from './deepgram-speech.ts';
import { SpeakProtocol } from './speak-protocol.ts';

export const FLUX_VOICE = 'deepgram-flux-voice';

/**
 * Deepgram's Flux voices over `/v2/speak`. A clause is a turn there: turns wait for each other in
 * order, without a limit of flushes. `Interrupt` is not used: whether it discards the turns that
 * wait is not documented, so a reply that is cut off costs its connection, as with Aura.
 * Source: https://developers.deepgram.com/docs/flux-tts/state
 */
export function createFluxSynthesizer(
  options: DeepgramVoices,
  context: ProviderContext,
): Synthesizer & AsyncDisposable {
  return deepgramSpeech(FLUX_VOICE, '/v2/speak', options, context, () => {
    return new SpeakProtocol(readFluxVoice);
  });
}

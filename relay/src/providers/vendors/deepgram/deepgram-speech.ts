import { languagesOfAll } from '../../../call/stages/languages.ts';
import type { Synthesizer, Voice } from '../../../call/stages/synthesizer/synthesizer.ts';
import { createSocketSynthesizer } from '../../vendor-kit/synthesis/socket-synthesizer.ts';
import type { SpeechProtocol } from '../../vendor-kit/synthesis/speech-sockets.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import type { VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';
import { deepgramAddress, type DeepgramAccess } from './deepgram-socket.ts';

const SAMPLE_RATE_HZ = 24_000;
/** So that the next clause is ready in time. */
const AHEAD = 2;
/** The vendor ends a connection after an hour. */
const MAX_AGE_MS = 30 * 60_000;

export interface DeepgramVoices extends DeepgramAccess {
  readonly voices: readonly Voice[];
}

/** One of the vendor's endpoints that speak. The voice is its model, so it belongs to the socket. */
export function deepgramSpeech(
  name: string,
  path: string,
  options: DeepgramVoices,
  context: ProviderContext,
  protocolFor: (socket: VendorSocket) => SpeechProtocol,
): Synthesizer & AsyncDisposable {
  return createSocketSynthesizer({
    name,
    languages: languagesOfAll(options.voices.map(({ languages }) => languages)),
    context,
    sampleRateHz: SAMPLE_RATE_HZ,
    voices: options.voices,
    hasVoicePerSocket: true,
    ahead: AHEAD,
    pool: { maxAgeMs: MAX_AGE_MS },
    addressFor: (voice) =>
      deepgramAddress(options, path, {
        model: voice,
        encoding: 'linear16',
        sample_rate: SAMPLE_RATE_HZ,
      }),
    protocolFor,
    // A voice is a model of its own.
    modelFor: (voice) => voice,
  });
}

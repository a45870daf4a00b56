import type { Synthesizer } from '../../../call/stages/synthesizer/synthesizer.ts';
import type { VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import { AuraProtocol } from './aura-protocol.ts';
import { deepgramSpeech, type DeepgramVoices } from './deepgram-speech.ts';

export const AURA = 'deepgram-aura';

/** Deepgram Aura over its WebSocket. */
export function createAuraSynthesizer(
  options: DeepgramVoices,
  context: ProviderContext,
): Synthesizer & AsyncDisposable {
  const flushes = new WeakMap<VendorSocket, number[]>();
  const flushesOf = (socket: VendorSocket): number[] => {
    const known = flushes.get(socket) ?? [];
    flushes.set(socket, known);
    return known;
  };
  return deepgramSpeech(AURA, '/v1/speak', options, context, (socket) => {
    return new AuraProtocol(flushesOf(socket), () => context.clock.now());
  });
}

import type { Synthesizer, Voice } from '../../stages/synthesizer.ts';
import { createSocketSynthesizer } from '../../vendor-kit/synthesis/socket-synthesizer.ts';
import type { VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import { AuraProtocol } from './aura-protocol.ts';
import { deepgramAddress, type DeepgramAccess } from './deepgram-socket.ts';

export const AURA = 'deepgram-aura';

const SAMPLE_RATE_HZ = 24_000;
/** So that the next clause is ready in time. */
const AHEAD = 2;
/** The vendor ends a connection after an hour. */
const MAX_AGE_MS = 30 * 60_000;

export interface AuraOptions extends DeepgramAccess {
  readonly voices: readonly Voice[];
}

/** Deepgram Aura over its WebSocket. The voice belongs to the connection. */
export function createAuraSynthesizer(
  options: AuraOptions,
  context: ProviderContext,
): Synthesizer & AsyncDisposable {
  const flushes = new WeakMap<VendorSocket, number[]>();
  const flushesOf = (socket: VendorSocket): number[] => {
    const known = flushes.get(socket) ?? [];
    flushes.set(socket, known);
    return known;
  };
  return createSocketSynthesizer({
    name: AURA,
    context,
    sampleRateHz: SAMPLE_RATE_HZ,
    voices: options.voices,
    hasVoicePerSocket: true,
    ahead: AHEAD,
    pool: { maxAgeMs: MAX_AGE_MS },
    addressFor: (voice) =>
      deepgramAddress(options, '/v1/speak', {
        model: voice,
        encoding: 'linear16',
        sample_rate: SAMPLE_RATE_HZ,
      }),
    protocolFor: (socket) => new AuraProtocol(flushesOf(socket), () => context.clock.now()),
  });
}

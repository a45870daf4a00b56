import type { Synthesizer, Voice } from '../../stages/synthesizer.ts';
import { speakOverSocket } from '../../vendor-kit/socket-speech/socket-speech.ts';
import { VoiceSpares } from '../../vendor-kit/socket-speech/voice-spares.ts';
import { SocketPool } from '../../vendor-kit/transport/socket-pool.ts';
import type { VendorSocket } from '../../vendor-kit/transport/vendor-socket.ts';
import type { Owned } from '../../stages/provider.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import { AuraDialect } from './aura-dialect.ts';
import { openDeepgramLine, type DeepgramAccess } from './deepgram-line.ts';

export const AURA = 'deepgram-aura';

const SAMPLE_RATE_HZ = 24_000;
const MAX_SPARES = 64;
/** So that the next clause is ready in time. */
const READ_AHEAD = 2;
/** The vendor ends a connection after an hour. */
const MAX_AGE_MS = 30 * 60_000;

export interface AuraOptions extends DeepgramAccess {
  /** At least one; the first is spoken by where an unknown one is asked for. */
  readonly voices: readonly Voice[];
}

/** Deepgram Aura over its WebSocket. The voice belongs to the connection. */
export function createAuraSynthesizer(
  options: AuraOptions,
  context: ProviderContext,
): Owned<Synthesizer> {
  const { voices } = options;
  const connect = (voice: string, signal: AbortSignal): Promise<VendorSocket> => {
    const query = { model: voice, encoding: 'linear16', sample_rate: SAMPLE_RATE_HZ };
    const line = { provider: AURA, stage: 'synthesizer', path: '/v1/speak', query } as const;
    return openDeepgramLine(line, options, context, signal);
  };
  const pool = new SocketPool({
    open: connect,
    maxSpares: MAX_SPARES,
    maxAgeMs: MAX_AGE_MS,
    isReused: true,
    clock: context.clock,
  });
  const spares = new VoiceSpares(pool, voices[0]!.id);
  const flushes = new WeakMap<VendorSocket, number[]>();
  const flushesOf = (socket: VendorSocket): number[] => {
    const known = flushes.get(socket) ?? [];
    flushes.set(socket, known);
    return known;
  };
  return {
    name: AURA,
    sampleRateHz: SAMPLE_RATE_HZ,
    voices,
    synthesize(clauses, { voice, signal }) {
      const known = voices.find(({ id }) => id === voice) ?? voices[0]!;
      spares.use(known.id);
      return speakOverSocket(clauses, {
        pool,
        key: known.id,
        dialectFor: (socket) => new AuraDialect(flushesOf(socket), () => context.clock.now()),
        rateHz: SAMPLE_RATE_HZ,
        readAhead: READ_AHEAD,
        signal,
      });
    },
    async probe(signal) {
      (await connect(voices[0]!.id, signal)).close();
    },
    prepare: () => spares.prepare(),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

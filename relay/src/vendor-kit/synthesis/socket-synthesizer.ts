import type { ReportUse } from '../../stages/provider.ts';
import type { SpeedRange, Synthesizer, Voice } from '../../stages/synthesizer.ts';
import { SocketPool, type SocketPoolOptions } from '../websocket/socket-pool.ts';
import {
  openVendorSocket,
  type VendorSocket,
  type VendorSocketOptions,
} from '../websocket/vendor-socket.ts';
import type { ProviderContext } from '../vendor.ts';
import { speakOverSocket } from './socket-speech.ts';
import type { SpeechProtocol } from './speech-protocol.ts';
import { VoiceSpares } from './voice-spares.ts';

export interface SocketSynthesizerOptions {
  readonly name: string;
  readonly context: ProviderContext;
  readonly sampleRateHz: number;
  /** At least one; the first speaks if an unknown one is asked for. */
  readonly voices: readonly Voice[];
  readonly speeds?: SpeedRange | undefined;
  /** Whether the voice belongs to the socket, or comes with each clause. */
  readonly hasVoicePerSocket: boolean;
  /** Clauses submitted to the vendor beyond the one that is being delivered. */
  readonly ahead: number;
  readonly pool: Pick<SocketPoolOptions, 'maxAgeMs'>;
  /** The vendor's address, `ws:` or `wss:`, and what it wants to know of us. */
  addressFor(voice: string): Pick<VendorSocketOptions, 'url' | 'headers'>;
  /** @param speed - undefined: the voice's own pace */
  protocolFor(
    socket: VendorSocket,
    voice: string,
    onUsed: ReportUse,
    speed: number | undefined,
  ): SpeechProtocol;
  /** The model that speaks with this voice. */
  modelFor(voice: string): string;
  /** false: the vendor counts something else, which the protocol reports. */
  readonly countsCharacters?: boolean;
}

/** A synthesizer that speaks over sockets of a pool. */
export function createSocketSynthesizer(
  options: SocketSynthesizerOptions,
): Synthesizer & AsyncDisposable {
  const { name, context, sampleRateHz, voices, ahead, countsCharacters = true } = options;
  const first = voices[0]!.id;
  const { clock, connectMs } = context;
  const connect = (voice: string, signal: AbortSignal) =>
    openVendorSocket({
      ...options.addressFor(voice),
      provider: name,
      stage: 'synthesizer',
      connectMs,
      clock,
      signal,
    });
  const keyOf = (voice: string) => (options.hasVoicePerSocket ? voice : '');
  const pool = new SocketPool({
    ...options.pool,
    open: connect,
    isReused: true,
    clock,
  });
  const spares = new VoiceSpares(pool, keyOf(first));
  return {
    name,
    sampleRateHz,
    voices,
    speeds: options.speeds,
    synthesize(clauses, { voice, speed, signal, onUsed = () => {} }) {
      const known = voices.some(({ id }) => id === voice) ? voice : first;
      spares.use(keyOf(known));
      return speakOverSocket(clauses, {
        pool,
        key: keyOf(known),
        protocolFor: (socket) => options.protocolFor(socket, known, onUsed, speed),
        rateHz: sampleRateHz,
        ahead,
        signal,
        onSubmitted: (characters) => {
          if (countsCharacters) onUsed({ model: options.modelFor(known), units: { characters } });
        },
      });
    },
    async probe(signal) {
      (await connect(first, signal)).close();
    },
    prepare: () => spares.prepare(),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

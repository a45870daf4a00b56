import type { Synthesizer, Voice } from '../synthesizer.ts';
import { SocketPool } from '../transport/socket-pool.ts';
import type { VendorSocket } from '../transport/vendor-socket.ts';
import type { Owned, ProviderContext } from '../vendor.ts';
import { AuraLine } from './aura-line.ts';
import { AuraSpeech } from './aura-speech.ts';
import { openDeepgramLine, type DeepgramAccess } from './deepgram-line.ts';

export const AURA = 'deepgram-aura';

const SAMPLE_RATE_HZ = 24_000;
const MAX_SPARES = 64;
/** The vendor ends a connection after an hour. */
const MAX_AGE_MS = 30 * 60_000;

export interface AuraOptions extends DeepgramAccess {
  /** At least one; the first is spoken by where an unknown one is asked for. */
  readonly voices: readonly Voice[];
}

/**
 * Deepgram Aura over its WebSocket: each clause is spoken at once by a flush of its own, and the
 * vendor's `Flushed` tells where its audio ends. The voice belongs to the connection.
 */
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
  const warmth = new VoiceWarmth(pool, voices[0]!.id);
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
      warmth.use(known.id);
      return new AuraSpeech({
        clauses,
        signal,
        async connect(onAudio, onChange, onFailed) {
          const lease = await pool.acquire(known.id, signal);
          return new AuraLine({
            lease,
            nowMs: () => context.clock.now(),
            flushedAtMs: flushesOf(lease.socket),
            onAudio,
            onDone: onChange,
            onFailed,
          });
        },
      }).events();
    },
    async probe(signal) {
      (await connect(voices[0]!.id, signal)).close();
    },
    prepare: () => warmth.prepare(),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/**
 * Keeps connections ready for calls whose voice is not known before they speak: for each call one
 * of the first voice, and one of every other voice that has been used while calls run.
 */
class VoiceWarmth {
  readonly #pool: SocketPool;
  readonly #first: string;
  readonly #others = new Map<string, () => void>();
  #calls = 0;

  constructor(pool: SocketPool, first: string) {
    this.#pool = pool;
    this.#first = first;
  }

  prepare(): () => void {
    const release = this.#pool.reserve(this.#first);
    this.#calls += 1;
    let isHeld = true;
    return () => {
      release();
      if (!isHeld) return;
      isHeld = false;
      this.#calls -= 1;
      if (this.#calls > 0) return;
      for (const releaseOther of this.#others.values()) releaseOther();
      this.#others.clear();
    };
  }

  use(voice: string): void {
    if (this.#calls === 0 || voice === this.#first || this.#others.has(voice)) return;
    this.#others.set(voice, this.#pool.reserve(voice));
  }
}

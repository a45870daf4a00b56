import type { Languages } from '../../../call/stages/languages.ts';
import type { ReportUse } from '../../../call/stages/provider.ts';
import type {
  SpeedRange,
  Synthesizer,
  Voice,
  SpeechEvent,
} from '../../../call/stages/synthesizer/synthesizer.ts';
import { SocketPool, type SocketPoolOptions } from '../websocket/socket-pool.ts';
import {
  openVendorSocket,
  type VendorSocket,
  type VendorSocketOptions,
} from '../websocket/vendor-socket.ts';
import type { ProviderContext } from '../vendor.ts';
import { type SpeechProtocol, SpeechSockets, type SpeechSocketsOptions } from './speech-sockets.ts';
import { readAhead } from '../../../base/lib/read-ahead.ts';

interface SocketSpeechOptions extends SpeechSocketsOptions {
  /** Clauses submitted to the vendor beyond the one that is being delivered. */
  readonly ahead: number;
}

export interface SocketSynthesizerOptions {
  readonly name: string;
  /** Undefined: any, or those of its voices. */
  readonly languages?: Languages;
  readonly context: ProviderContext;
  readonly sampleRateHz: number;
  /** At least one; the first speaks if an unknown one is asked for. */
  readonly voices: readonly Voice[];
  readonly speeds?: SpeedRange | undefined;
  /** Whether the voice belongs to the socket, or comes with each clause. */
  readonly hasVoicePerSocket: boolean;
  /** Whether the language belongs to the socket, too. */
  readonly hasLanguagePerSocket?: boolean;
  /** Clauses submitted to the vendor beyond the one that is being delivered. */
  readonly ahead: number;
  readonly pool: Pick<SocketPoolOptions, 'maxAgeMs'>;
  /**
   * The vendor's address, `ws:` or `wss:`, and what it wants to know of us.
   *
   * @param language - the call's, BCP 47
   */
  addressFor(voice: string, language: string): Pick<VendorSocketOptions, 'url' | 'headers'>;
  /**
   * @param speed - undefined: the voice's own pace
   * @param language - the call's, BCP 47
   */
  protocolFor(
    socket: VendorSocket,
    voice: string,
    onUsed: ReportUse,
    speed: number | undefined,
    language: string,
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
  const connect = (voice: string, language: string, signal: AbortSignal) =>
    openVendorSocket({
      ...options.addressFor(voice, language),
      provider: name,
      stage: 'synthesizer',
      connectMs,
      clock,
      signal,
    });
  const keyOf = (voice: string, language = context.language) => {
    const key = options.hasVoicePerSocket ? voice : '';
    return options.hasLanguagePerSocket === true ? `${key}\n${language}` : key;
  };
  const pool = new SocketPool({
    ...options.pool,
    open(key, signal) {
      const [voice = '', language = context.language] = key.split('\n');
      return connect(voice, language, signal);
    },
    isReused: true,
    clock,
  });
  const spares = new VoiceSpares(pool, keyOf(first));
  return {
    name,
    languages: options.languages,
    sampleRateHz,
    voices,
    speeds: options.speeds,
    synthesize(clauses, { voice, speed, language, signal, onUsed = () => {} }) {
      const known = voices.some(({ id }) => id === voice) ? voice : first;
      const key = keyOf(known, language);
      spares.use(key);
      return speakOverSocket(clauses, {
        pool,
        key,
        protocolFor: (socket) =>
          options.protocolFor(socket, known, onUsed, speed, language ?? context.language),
        rateHz: sampleRateHz,
        ahead,
        signal,
        onSubmitted: (characters) => {
          if (countsCharacters) onUsed({ model: options.modelFor(known), units: { characters } });
        },
      });
    },
    async probe(signal) {
      (await connect(first, context.language, signal)).close();
    },
    prepare: () => spares.prepare(),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/**
 * Speaks clauses over sockets of a pool. While one is delivered the next are with the vendor already,
 * so that they follow at once; a listener that stops reading stops the vendor.
 *
 * @throws ProviderError. Ends early, without an error, when aborted.
 */
export async function* speakOverSocket(
  clauses: AsyncIterable<string>,
  options: SocketSpeechOptions,
): AsyncGenerator<SpeechEvent, void, undefined> {
  const { ahead, signal } = options;
  if (signal.aborted) return;
  const sockets = new SpeechSockets(options);
  const release = () => sockets.release();
  signal.addEventListener('abort', release, { once: true });
  const begin = (text: string) => sockets.begin(text);
  try {
    for await (const clause of readAhead(clauses, { begin, ahead, signal })) {
      yield { type: 'clause-begun', clause: clause.index };
      for await (const event of clause) {
        if (signal.aborted) return;
        yield event;
      }
      if (signal.aborted) return;
      yield { type: 'clause-done', clause: clause.index };
      sockets.delivered(clause);
    }
  } finally {
    signal.removeEventListener('abort', release);
    release();
  }
}

/**
 * Spare sockets for vendors whose voice belongs to the socket: when a call begins its voice is not
 * known yet. So each call counts for the first voice, and every other voice that is used while calls
 * run is kept as well.
 */
export class VoiceSpares {
  readonly #pool: Pick<SocketPool, 'reserve'>;
  readonly #first: string;
  readonly #calls = new Set<object>();
  readonly #others = new Map<string, () => void>();

  constructor(pool: Pick<SocketPool, 'reserve'>, first: string) {
    this.#pool = pool;
    this.#first = first;
  }

  /** A call has begun. @returns its end */
  prepare(): () => void {
    const call = {};
    this.#calls.add(call);
    const release = this.#pool.reserve(this.#first);
    return () => {
      release();
      this.#calls.delete(call);
      if (this.#calls.size > 0) return;
      for (const releaseOther of this.#others.values()) releaseOther();
      this.#others.clear();
    };
  }

  /** To be called before the voice's socket is taken, so that a spare is kept afterwards. */
  use(voice: string): void {
    if (this.#calls.size === 0 || voice === this.#first || this.#others.has(voice)) return;
    this.#others.set(voice, this.#pool.reserve(voice));
  }
}

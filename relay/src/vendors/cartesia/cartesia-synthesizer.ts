import { speakOverSocket } from '../../vendor-kit/socket-speech/socket-speech.ts';
import type { Synthesizer, Voice } from '../../stages/synthesizer.ts';
import { SocketPool } from '../../vendor-kit/transport/socket-pool.ts';
import { openVendorSocket } from '../../vendor-kit/transport/vendor-socket.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/transport/vendor-url.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import { SonicDialect } from './sonic-dialect.ts';

export interface CartesiaSynthesizerOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
  readonly voices: readonly Voice[];
  readonly context: ProviderContext;
}

const NAME = 'cartesia';
const VERSION = '2026-08-14';
const RATE_HZ = 24_000;
/** Idle sockets are closed after five minutes, and only speaking counts as use: renewed before. */
const MAX_AGE_MS = 270_000;
const MAX_SPARES = 16;
/** They wait in the context, which counts as one request however many there are. */
const READ_AHEAD = 2;
/** The voice is told with each request, so that any socket will do. */
const ANY_VOICE = '';

/** Cartesia Sonic. */
export function createCartesiaSynthesizer(
  options: CartesiaSynthesizerOptions,
): Synthesizer & AsyncDisposable {
  const { apiKey, baseUrl, model, voices, context } = options;
  const { clock, connectMs, language } = context;
  const open = (_key: string, signal: AbortSignal) =>
    openVendorSocket({
      provider: NAME,
      stage: 'synthesizer',
      url: asSocketUrl(onBase(baseUrl, 'tts/websocket')),
      headers: { authorization: `Bearer ${apiKey}`, 'cartesia-version': VERSION },
      connectMs,
      clock,
      signal,
    });
  const pool = new SocketPool({
    open,
    maxSpares: MAX_SPARES,
    maxAgeMs: MAX_AGE_MS,
    isReused: true,
    clock,
  });
  const requestFor = (voice: string) => ({
    model_id: model,
    voice: { id: (voices.find(({ id }) => id === voice) ?? voices[0]!).id },
    output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: RATE_HZ },
    language: language.split('-')[0],
    add_timestamps: true,
    // Whole clauses come: nothing is gained by collecting text.
    max_buffer_delay_ms: 0,
  });
  return {
    name: NAME,
    sampleRateHz: RATE_HZ,
    voices,
    synthesize: (clauses, { voice, signal }) =>
      speakOverSocket(clauses, {
        pool,
        key: ANY_VOICE,
        dialectFor: () => new SonicDialect(requestFor(voice), clock),
        rateHz: RATE_HZ,
        readAhead: READ_AHEAD,
        signal,
      }),
    async probe(signal) {
      (await open(ANY_VOICE, signal)).close();
    },
    prepare: () => pool.reserve(ANY_VOICE),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

import { UPLINK_SAMPLE_RATE_HZ } from '@parley/shared';
import type { Transcriber, Transcription, TranscriptionOptions } from '../../stages/transcriber.ts';
import { SocketPool, type SocketLease } from '../../vendor-kit/transport/socket-pool.ts';
import type { VendorSocket } from '../../vendor-kit/transport/vendor-socket.ts';
import type { Owned } from '../../stages/provider.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import { readFlux } from './deepgram-events.ts';
import { openDeepgramLine, type DeepgramAccess } from './deepgram-line.ts';
import { FluxTurns } from './flux-turns.ts';
import { acquireFor, ListenStream } from './listen-stream.ts';

export const FLUX = 'deepgram-flux';

const MAX_SPARES = 64;
const MAX_AGE_MS = 30 * 60_000;
/**
 * How much audio after the end of a turn is too short for a word, two of the model's own steps of
 * 80 ms: without more, the turn's end is the end of everything.
 */
const WORDLESS_SECONDS = 0.16;
/** No status, which is how Flux hangs up, or an ordinary one. */
const GOODBYES: readonly (number | undefined)[] = [1000, 1005];

export interface FluxOptions extends DeepgramAccess {
  /** Without it, the English model for English, else the one for many languages. */
  readonly model?: string;
}

/**
 * Deepgram Flux: knows by itself when a turn ends, from what is said and how.
 *
 * Only speech and a little silence is uploaded, too little for Flux to be sure of every end, so
 * the end of the utterance is told to it. Of the documented ways, `CloseStream` is the one that
 * decodes everything received, always ends, and is open to everyone (`ForceEndTurn` ends the turn
 * on what was transcribed so far, is not answered outside a turn and must be enabled by the
 * vendor). It costs the connection, so a spare is always ready for the next utterance. Flux knows
 * no `KeepAlive`; an idle connection lives on pings.
 */
export function createFluxTranscriber(
  options: FluxOptions,
  context: ProviderContext,
): Owned<Transcriber> {
  const isEnglish = /^en\b/i.test(context.language);
  const model = options.model ?? (isEnglish ? 'flux-general-en' : 'flux-general-multi');
  const query = {
    model,
    encoding: 'linear16',
    sample_rate: UPLINK_SAMPLE_RATE_HZ,
    eager_eot_threshold: 0.5,
    eot_threshold: 0.7,
    language_hint: model.endsWith('-multi') ? context.language.split('-')[0] : undefined,
  };
  // Its `Connected` is not waited for: the vendor's own client too sends once the socket is open.
  const connect = (signal: AbortSignal): Promise<VendorSocket> => {
    const line = { provider: FLUX, stage: 'transcriber', path: '/v2/listen', query } as const;
    return openDeepgramLine(line, options, context, signal);
  };
  const pool = new SocketPool({
    open: (_, signal) => connect(signal),
    maxSpares: MAX_SPARES,
    maxAgeMs: MAX_AGE_MS,
    clock: context.clock,
  });
  return {
    name: FLUX,
    open: async ({ signal }: TranscriptionOptions) =>
      new FluxTranscription(await acquireFor(pool, model, signal), signal, context.language),
    async probe(signal) {
      (await connect(signal)).close();
    },
    prepare: () => pool.reserve(model),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

class FluxTranscription implements Transcription {
  readonly #stream: ListenStream;
  readonly #turns: FluxTurns;
  #isFinal = false;

  constructor(lease: SocketLease, signal: AbortSignal, language: string) {
    this.#turns = new FluxTurns(language);
    this.#stream = new ListenStream({
      lease,
      signal,
      rateHz: UPLINK_SAMPLE_RATE_HZ,
      onMessage: (message) => {
        const heard = readFlux(message);
        if (heard.type === 'error') throw lease.socket.failure(heard.fault, { note: heard.note });
        if (heard.type !== 'turn') return;
        for (const event of this.#turns.hear(heard)) this.#stream.tell(event);
      },
      onClosed: (error) => {
        if (this.#isFinal && error.fault === 'closed' && GOODBYES.includes(error.status)) {
          this.#stream.done(this.#turns.text, 'discard');
        }
      },
    });
  }

  get events(): Transcription['events'] {
    return this.#stream.events;
  }

  push(samples: Int16Array): void {
    if (!this.#isFinal) this.#stream.push(samples);
  }

  finalize(): void {
    if (this.#isFinal) return;
    this.#isFinal = true;
    const { pushedSeconds } = this.#stream;
    const { endedAtSeconds } = this.#turns;
    if (pushedSeconds === 0) this.#stream.done('', 'give-back');
    else if (endedAtSeconds !== undefined && pushedSeconds - endedAtSeconds <= WORDLESS_SECONDS) {
      this.#stream.done(this.#turns.text, 'discard');
    } else this.#stream.say({ type: 'CloseStream' });
  }
}

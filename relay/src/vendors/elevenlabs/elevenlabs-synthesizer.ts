import { newId } from '../../lib/ids.ts';
import type { Synthesizer, Voice } from '../../stages/synthesizer.ts';
import { SocketPool } from '../../vendor-kit/transport/socket-pool.ts';
import { openVendorSocket } from '../../vendor-kit/transport/vendor-socket.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/transport/vendor-url.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import type { ClauseSpeech } from '../../vendor-kit/socket-speech/clause-speech.ts';
import { readVoiceEvent } from './elevenlabs-events.ts';
import { speakOverSocket } from '../../vendor-kit/socket-speech/socket-speech.ts';
import type { SpeechDialect, SpokenSocket } from '../../vendor-kit/socket-speech/speech-dialect.ts';
import { WordJoiner } from './timed-words.ts';
import { VoiceSpares } from '../../vendor-kit/socket-speech/voice-spares.ts';

export interface ElevenLabsSynthesizerOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
  readonly voices: readonly Voice[];
  readonly context: ProviderContext;
}

const NAME = 'elevenlabs';
const RATE_HZ = 24_000;
/** The longest the vendor lets a socket be silent. */
const INACTIVITY_S = 180;
/** A socket cannot be kept alive while it has no context, so a spare is renewed before its time. */
const MAX_AGE_MS = (INACTIVITY_S - 20) * 1_000;
const MAX_SPARES = 16;
/** A context each, of the five that a socket may have; each counts as a request under way. */
const READ_AHEAD = 1;
/** Only these models take a language; others refuse the request that names one. */
const TAKES_LANGUAGE = /_v2_5$/;

/** ElevenLabs text to speech. */
export function createElevenLabsSynthesizer(
  options: ElevenLabsSynthesizerOptions,
): Synthesizer & AsyncDisposable {
  const { apiKey, baseUrl, model, voices, context } = options;
  const { clock, connectMs, language } = context;
  const open = (voice: string, signal: AbortSignal) =>
    openVendorSocket({
      provider: NAME,
      stage: 'synthesizer',
      url: asSocketUrl(
        onBase(baseUrl, `v1/text-to-speech/${encodeURIComponent(voice)}/multi-stream-input`, {
          model_id: model,
          output_format: `pcm_${RATE_HZ}`,
          language_code: TAKES_LANGUAGE.test(model) ? language.split('-')[0] : undefined,
          inactivity_timeout: INACTIVITY_S,
          sync_alignment: true,
          // Whole clauses come: nothing is gained by collecting text.
          auto_mode: true,
        }),
      ),
      headers: { 'xi-api-key': apiKey },
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
  const first = voices[0]!.id;
  const spares = new VoiceSpares(pool, first);
  return {
    name: NAME,
    sampleRateHz: RATE_HZ,
    voices,
    synthesize(clauses, { voice, signal }) {
      const { id } = voices.find((each) => each.id === voice) ?? voices[0]!;
      spares.use(id);
      return speakOverSocket(clauses, {
        pool,
        key: id,
        dialectFor: () => new MultiContextDialect(),
        rateHz: RATE_HZ,
        readAhead: READ_AHEAD,
        signal,
      });
    },
    async probe(signal) {
      (await open(first, signal)).close();
    },
    prepare: () => spares.prepare(),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

interface SpokenContext {
  readonly clause: ClauseSpeech;
  readonly words: WordJoiner;
}

/**
 * `multi-stream-input` with a context for each clause. The plain `stream-input` answers a flush
 * with audio that nothing marks as the last, and ends its socket with its text; here each context
 * ends with a message of its own, and the socket outlives it.
 */
class MultiContextDialect implements SpeechDialect {
  readonly #contexts = new Map<string, SpokenContext>();

  submit(socket: SpokenSocket, clause: ClauseSpeech): void {
    const id = newId('clause');
    this.#contexts.set(id, { clause, words: new WordJoiner() });
    // The vendor wants a text to end with a space.
    socket.sendText({ text: `${clause.text.trim()} `, context_id: id });
    socket.sendText({ context_id: id, flush: true });
    socket.sendText({ context_id: id, close_context: true });
  }

  hear(socket: SpokenSocket, message: string): void {
    const event = readVoiceEvent(message);
    if (event.type === 'ignored') return;
    if (event.type === 'failed') throw socket.failure(event.fault, { note: event.note });
    const context = this.#contexts.get(event.contextId);
    if (context === undefined) return;
    const { clause, words } = context;
    const offsetMs = clause.audioMs;
    if (event.audio !== undefined && !clause.pushAudio(event.audio)) {
      throw socket.failure('malformed', { note: 'audio' });
    }
    if (event.characters !== undefined) clause.pushWords(words.push(event.characters, offsetMs));
    if (!event.isFinal) return;
    clause.pushWords(words.flush());
    clause.end();
    this.#contexts.delete(event.contextId);
  }

  leave(): boolean {
    // A context that was flushed is spoken to its end, whatever is said: it would go on counting.
    return this.#contexts.size === 0;
  }
}

import type { TimedWord } from '../../../call/stages/synthesizer/clause-track.ts';
import { newId } from '../../../base/lib/ids.ts';
import { vendorCode } from '../../../call/stages/languages.ts';
import type { Synthesizer, Voice } from '../../../call/stages/synthesizer/synthesizer.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/vendor-url.ts';
import type { AdapterOptions } from '../../vendor-kit/vendor.ts';
import type { ClauseSpeech } from '../../vendor-kit/synthesis/clause-speech.ts';
import { readVoiceEvent, type TimedCharacters } from './elevenlabs-events.ts';
import { speechLanguages } from './elevenlabs-languages.ts';
import { createSocketSynthesizer } from '../../vendor-kit/synthesis/socket-synthesizer.ts';
import type { SpeechProtocol, SpokenSocket } from '../../vendor-kit/synthesis/speech-sockets.ts';

interface OpenWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

const NAME = 'elevenlabs';
const RATE_HZ = 24_000;
/** The longest the vendor lets a socket be silent. */
const INACTIVITY_S = 180;
/** A socket cannot be kept alive while it has no context, so a spare is renewed before its time. */
const MAX_AGE_MS = (INACTIVITY_S - 20) * 1_000;
const SPEEDS = { min: 0.7, max: 1.2 } as const;
/** A context each, of the five that a socket may have; each counts as a request under way. */
const AHEAD = 1;
/** Only these models take a language; others refuse the request that names one. */
const TAKES_LANGUAGE = /_v2_5$/;

/** ElevenLabs text to speech. */
export function createElevenLabsSynthesizer(
  options: AdapterOptions & { readonly voices: readonly Voice[] },
): Synthesizer & AsyncDisposable {
  const { apiKey, baseUrl, model, voices, context } = options;
  const languages = speechLanguages(model);
  const takesLanguage = TAKES_LANGUAGE.test(model);
  return createSocketSynthesizer({
    name: NAME,
    languages,
    context,
    sampleRateHz: RATE_HZ,
    voices,
    speeds: SPEEDS,
    hasVoicePerSocket: true,
    hasLanguagePerSocket: takesLanguage,
    ahead: AHEAD,
    pool: { maxAgeMs: MAX_AGE_MS },
    addressFor: (voice, language) => ({
      url: asSocketUrl(
        onBase(baseUrl, `v1/text-to-speech/${encodeURIComponent(voice)}/multi-stream-input`, {
          model_id: model,
          output_format: `pcm_${RATE_HZ}`,
          language_code: takesLanguage ? vendorCode(languages, language) : undefined,
          inactivity_timeout: INACTIVITY_S,
          sync_alignment: true,
          // Whole clauses come: nothing is gained by collecting text.
          auto_mode: true,
        }),
      ),
      headers: { 'xi-api-key': apiKey },
    }),
    protocolFor: (_socket, _voice, _onUsed, speed) => new MultiContextProtocol(speed),
    modelFor: () => model,
  });
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
class MultiContextProtocol implements SpeechProtocol {
  readonly #contexts = new Map<string, SpokenContext>();
  readonly #settings: { readonly voice_settings?: { readonly speed: number } };

  /** @param speed - undefined: the voice's own pace */
  constructor(speed: number | undefined) {
    this.#settings = speed === undefined ? {} : { voice_settings: { speed } };
  }

  submit(socket: SpokenSocket, clause: ClauseSpeech): void {
    const id = newId('clause');
    this.#contexts.set(id, { clause, words: new WordJoiner() });
    // The vendor wants a text to end with a space.
    // A context takes settings with its first message only.
    socket.sendText({ text: `${clause.text.trim()} `, context_id: id, ...this.#settings });
    socket.sendText({ context_id: id, flush: true });
    socket.sendText({ context_id: id, close_context: true });
  }

  receive(socket: SpokenSocket, message: string): void {
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

  cancel(): boolean {
    // A context that was flushed is spoken to its end in any case, and would go on counting.
    return this.#contexts.size === 0;
  }
}

/** Joins timed characters into words. A word may begin in one message and end in the next. */
export class WordJoiner {
  #open: OpenWord | undefined;

  /**
   * @param offsetMs - position in the clause of the audio that came with the characters: their
   *   times count from there
   * @returns the words that are now complete, in ms from the clause's start
   */
  push(characters: TimedCharacters, offsetMs: number): TimedWord[] {
    const words: TimedWord[] = [];
    for (const [index, text] of characters.chars.entries()) {
      const startMs = offsetMs + (characters.startsMs[index] ?? 0);
      const endMs = startMs + (characters.durationsMs[index] ?? 0);
      if (text.trim() === '') words.push(...this.flush());
      else {
        this.#open = {
          text: (this.#open?.text ?? '') + text,
          startMs: this.#open?.startMs ?? startMs,
          endMs,
        };
      }
    }
    return words;
  }

  /** The last word, when nothing more comes. */
  flush(): TimedWord[] {
    const word = this.#open;
    this.#open = undefined;
    return word === undefined ? [] : [word];
  }
}

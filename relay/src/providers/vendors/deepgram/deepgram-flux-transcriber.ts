import { UPLINK_SAMPLE_RATE_HZ } from '@parley/shared';
import type { OpusAudio } from '@parley/shared/audio/opus-packet';
import type {
  Transcriber,
  Transcription,
  TranscriptEvent,
} from '../../../call/stages/transcriber/transcriber.ts';
import {
  createSocketTranscriber,
  type UtteranceOptions,
} from '../../vendor-kit/transcription/socket-transcriber.ts';
import { SocketUtterance } from '../../vendor-kit/transcription/socket-utterance.ts';
import type { SocketLease } from '../../vendor-kit/websocket/socket-pool.ts';
import type { Owned } from '../../../call/stages/provider.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import { isNormalClose, readFlux, type FluxTurn } from './deepgram-events.ts';
import { fluxLanguages } from './deepgram-languages.ts';
import {
  deepgramAddress,
  encodingOf,
  openListening,
  type DeepgramAccess,
} from './deepgram-socket.ts';
import { joinWords } from '../../vendor-kit/transcription/transcript-queue.ts';

export const FLUX = 'deepgram-flux';

const MAX_AGE_MS = 30 * 60_000;
/**
 * How much audio after the end of a turn is too short for a word, two of the model's own steps of
 * 80 ms: without more, the turn's end is the end of everything.
 */
const WORDLESS_SECONDS = 0.16;

export interface FluxOptions extends DeepgramAccess {
  /** Without it, the English model for English, else the one for many languages. */
  readonly model?: string;
}

/**
 * Deepgram Flux: knows by itself when a turn ends, from what is said and how.
 *
 * Only speech and a little silence is uploaded, too little for Flux to be sure of every end, so the
 * end of the utterance is sent to it. Of the documented ways, `CloseStream` is the one that decodes
 * everything received, always ends, and is open to all accounts (`ForceEndTurn` ends the turn on
 * what was transcribed so far, is not answered outside a turn and must be enabled by the vendor). A
 * close costs the connection, so a spare is always ready for the next utterance. Flux knows no
 * `KeepAlive`; an idle connection lives on pings.
 */
export function createFluxTranscriber(
  options: FluxOptions,
  context: ProviderContext,
): Owned<Transcriber> {
  const modelFor = (language: string) =>
    options.model ?? (/^en\b/i.test(language) ? 'flux-general-en' : 'flux-general-multi');
  return createSocketTranscriber({
    name: FLUX,
    languages: fluxLanguages(options.model),
    context,
    pool: { maxAgeMs: MAX_AGE_MS },
    // Its `Connected` is not waited for: the vendor's own client too sends once the socket is open.
    takesOpus: true,
    connect(language, signal, codec) {
      const model = modelFor(language);
      const query = {
        model,
        ...encodingOf(codec),
        eager_eot_threshold: 0.5,
        eot_threshold: 0.7,
        language_hint: model.endsWith('-multi') ? language.split('-')[0] : undefined,
      };
      return openListening(FLUX, deepgramAddress(options, '/v2/listen', query), context, signal);
    },
    begin: (lease, utterance) => new FluxTranscription(lease, utterance),
    modelFor,
  });
}

class FluxTranscription implements Transcription {
  readonly #utterance: SocketUtterance;
  readonly #turns: FluxTurns;
  #isFinal = false;

  constructor(lease: SocketLease, { signal, language, onSent }: UtteranceOptions) {
    this.#turns = new FluxTurns(language);
    this.#utterance = new SocketUtterance({
      lease,
      signal,
      rateHz: UPLINK_SAMPLE_RATE_HZ,
      onSent,
      onMessage: (message) => {
        const heard = readFlux(message);
        if (heard.type === 'error') throw lease.socket.failure(heard.fault, { note: heard.note });
        if (heard.type !== 'turn') return;
        for (const event of this.#turns.hear(heard)) this.#utterance.emit(event);
      },
      onClosed: (error) => {
        if (this.#isFinal && isNormalClose(error)) this.#finish();
      },
    });
  }

  get events(): Transcription['events'] {
    return this.#utterance.events;
  }

  push(samples: Int16Array): void {
    if (!this.#isFinal) this.#utterance.sendAudio(samples);
  }

  pushOpus(audio: OpusAudio): void {
    if (!this.#isFinal) this.#utterance.sendOpus(audio);
  }

  finalize(): void {
    if (this.#isFinal) return;
    this.#isFinal = true;
    const sentSeconds = this.#utterance.sentSamples / UPLINK_SAMPLE_RATE_HZ;
    const { endedAtSeconds } = this.#turns;
    if (sentSeconds === 0) this.#utterance.finish('', { isReusable: true });
    else if (endedAtSeconds !== undefined && sentSeconds - endedAtSeconds <= WORDLESS_SECONDS) {
      this.#finish();
    } else this.#utterance.sendText({ type: 'CloseStream' });
  }

  #finish(): void {
    this.#utterance.finish(this.#turns.text, { isReusable: false });
  }
}

/**
 * The words of one utterance, which Flux may divide into several turns: a person who thinks in the
 * middle of a sentence ends a turn and goes on.
 */
export class FluxTurns {
  readonly #language: string;
  readonly #ended: string[] = [];
  #current = '';
  #lastText = '';
  #endedAtSeconds: number | undefined;

  /** @param language - BCP 47 */
  constructor(language: string) {
    this.#language = language;
  }

  get text(): string {
    return joinWords([...this.#ended, this.#current], this.#language);
  }

  /** Position in the audio at which the last turn ended; undefined if none has, or words came since. */
  get endedAtSeconds(): number | undefined {
    return this.#current === '' ? this.#endedAtSeconds : undefined;
  }

  /** @returns the events it amounts to */
  hear(turn: FluxTurn): readonly TranscriptEvent[] {
    switch (turn.event) {
      case 'StartOfTurn':
      case 'Update':
        this.#current = turn.text;
        return this.#partial();
      case 'EagerEndOfTurn':
        this.#current = turn.text;
        this.#lastText = this.text;
        return [{ type: 'eager-end-of-turn', text: this.text }];
      case 'TurnResumed':
        this.#current = turn.text;
        return [{ type: 'turn-resumed' }, ...this.#partial()];
      case 'EndOfTurn':
        this.#ended.push(turn.text);
        this.#current = '';
        this.#endedAtSeconds = turn.endSeconds;
        this.#lastText = this.text;
        return this.text === '' ? [] : [{ type: 'end-of-turn', text: this.text }];
      default:
        return [];
    }
  }

  #partial(): readonly TranscriptEvent[] {
    if (this.text === '' || this.text === this.#lastText) return [];
    this.#lastText = this.text;
    return [{ type: 'transcript-partial', text: this.text }];
  }
}

import { LRUCache } from 'lru-cache';
import { OVER } from '../../../base/lib/deadline.ts';
import type { Clock } from '../../../base/lib/clock.ts';
import { ClauseTrack, ownWords } from './clause-track.ts';
import { isRelayProvider } from '../provider.ts';
import type { SpeakOptions, SpeechEvent, Synthesizer } from './synthesizer.ts';

export interface PhraseMemoryOptions {
  /** Whole clauses, as they are handed over: apologies, fillers, greetings. */
  readonly phrases: Iterable<string>;
  /** Of audio. */
  readonly maxBytes?: number;
  readonly clock: Clock;
}

/** Speaks missing phrases: all synthesizers as one voice. */
interface PhraseSpeaker {
  active(language?: string): string;
  offer(language?: string): Pick<Synthesizer, 'voices'>;
  speak(track: ClauseTrack, options: SpeakOptions): AsyncIterable<unknown>;
}

/** The speaker, the voice and the words of a phrase. */
export interface SpokenPhrase {
  /** A provider's name; a name that is not one of the relay's providers means any. */
  readonly speaker: string;
  /** See `mannerOf`. */
  readonly voiceId: string;
  readonly text: string;
}

/** From the beginning of a call until missing phrases are spoken: out of the way of its first turn. */
const WARM_DELAY_MS = 10_000;
/** Five minutes of voice at 24 kHz, or a hundred sentences. */
const DEFAULT_MAX_BYTES = 16 * 1_024 * 1_024;
/** Languages in which all phrases are spoken ahead: as many as there is room for beside each other. */
const MAX_WARM_LANGUAGES = 3;
/** Roughly what an entry takes beside its samples. */
const OVERHEAD_BYTES = 512;

/**
 * The phrases that are said again and again: they come from memory, at once, for nothing, and also
 * when no provider works. A phrase is kept by its provider and voice, so that no strange voice cuts
 * in as long as the usual one is there.
 */
export class PhraseMemory {
  readonly #phrases: ReadonlySet<string>;
  readonly #kept: LRUCache<string, SpokenPhrase & { readonly recording: PhraseRecording }>;
  readonly #clock: Clock;
  readonly #warmLanguages = new Set<string | undefined>();
  #warming: Promise<void> = Promise.resolve();

  constructor({ phrases, maxBytes = DEFAULT_MAX_BYTES, clock }: PhraseMemoryOptions) {
    this.#phrases = new Set(phrases);
    this.#clock = clock;
    this.#kept = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ recording }) => recording.bytes,
    });
  }

  /** Whether a clause is one of the phrases. */
  has(text: string): boolean {
    return this.#phrases.has(text);
  }

  keep(phrase: SpokenPhrase, recording: PhraseRecording): void {
    if (recording.isAudible) this.#kept.set(keyOf(phrase), { ...phrase, recording });
  }

  /**
   * In the working provider's audio; if no provider works, in that of any provider that had this voice.
   *
   * @param isAnyWelcome - also if a provider works
   */
  recall(phrase: SpokenPhrase, isAnyWelcome: boolean): readonly SpeechEvent[] | undefined {
    if (!this.has(phrase.text)) return undefined;
    const kept = this.#kept.get(keyOf(phrase));
    if (kept !== undefined || (isRelayProvider(phrase.speaker) && !isAnyWelcome)) {
      return kept?.recording.copy();
    }
    const { text, voiceId } = phrase;
    const other = this.#kept.find((each) => each.text === text && each.voiceId === voiceId);
    return other?.recording.copy();
  }

  /**
   * Has missing phrases spoken in the first voice, a little later.
   *
   * @param language - BCP 47
   * @returns what cancels it
   */
  warmSoon(stage: PhraseSpeaker, language?: string): () => void {
    const languages = this.#warmLanguages;
    if (!languages.has(language) && languages.size >= MAX_WARM_LANGUAGES) return () => {};
    languages.add(language);
    const abort = new AbortController();
    const cancel = this.#clock.after(WARM_DELAY_MS, () => {
      const voice = stage.offer(language).voices[0]?.id ?? '';
      void this.warm(stage, voice, abort.signal, language);
    });
    return () => {
      cancel();
      abort.abort(OVER);
    };
  }

  /**
   * Has the phrases spoken that are missing in a voice, one at a time, after those that are being
   * spoken already. Never rejects: what cannot be spoken now is spoken when it is needed.
   */
  warm(stage: PhraseSpeaker, voice: string, signal: AbortSignal, language?: string): Promise<void> {
    this.#warming = this.#warming.then(async () => {
      for (const text of this.#phrases) {
        const speaker = stage.active(language);
        if (signal.aborted || !isRelayProvider(speaker)) return;
        const voiceId = mannerOf(voice, { language });
        if (this.#kept.has(keyOf({ speaker, voiceId, text }))) continue;
        const track = new ClauseTrack(ownWords(text));
        try {
          for await (const _ of stage.speak(track, { voice, signal, language }));
        } catch {
          return;
        }
      }
    });
    return this.#warming;
  }
}

/** One phrase as it was spoken. */
export class PhraseRecording {
  readonly #events: SpeechEvent[] = [];
  #bytes = OVERHEAD_BYTES;

  get bytes(): number {
    return this.#bytes;
  }

  get isAudible(): boolean {
    return this.#bytes > OVERHEAD_BYTES;
  }

  take(event: SpeechEvent): void {
    this.#events.push(copyOf(event));
    if (event.type === 'speech-audio') this.#bytes += event.samples.byteLength;
  }

  copy(): readonly SpeechEvent[] {
    return this.#events.map(copyOf);
  }
}

/** The receiver of samples owns them and may write over them. */
function copyOf(event: SpeechEvent): SpeechEvent {
  return event.type === 'speech-audio' ? { ...event, samples: event.samples.slice() } : event;
}

/** A voice as it speaks in a call. */
export function mannerOf(
  voiceId: string,
  { speed, language }: Pick<SpeakOptions, 'speed' | 'language'>,
): string {
  const pace = speed === undefined ? '' : ` ×${speed}`;
  return `${voiceId}${pace}${language === undefined ? '' : ` ${language}`}`;
}

function keyOf({ speaker, voiceId, text }: SpokenPhrase): string {
  return `${speaker}\n${voiceId}\n${text}`;
}

import { LRUCache } from 'lru-cache';
import { OVER } from '../../lib/abort-reason.ts';
import type { Clock } from '../../lib/clock.ts';
import { ClauseTrack, ownWords } from '../clause-track.ts';
import { isRelayProvider } from '../provider.ts';
import type { SpeakOptions, SpeechEvent, Voice } from '../synthesizer.ts';

export interface PhraseMemoryOptions {
  /** Whole clauses, as they are handed over: apologies, fillers, greetings. */
  readonly phrases: Iterable<string>;
  /** Of audio. */
  readonly maxBytes?: number;
  readonly clock: Clock;
}

/** What has missing phrases spoken: all synthesizers as one voice. */
interface PhraseSpeaker {
  readonly name: string;
  readonly voices: readonly Voice[];
  speak(track: ClauseTrack, options: SpeakOptions): AsyncIterable<unknown>;
}

/** Who says what in which voice. */
export interface SpokenPhrase {
  /** A provider's name; one that is not a relay's provider stands for any. */
  readonly speaker: string;
  readonly voiceId: string;
  readonly text: string;
}

/** From the beginning of a call until missing phrases are spoken: out of the way of its first turn. */
const WARM_DELAY_MS = 10_000;
/** Five minutes of voice at 24 kHz, or a hundred sentences. */
const DEFAULT_MAX_BYTES = 16 * 1_024 * 1_024;
/** Roughly what an entry takes beside its samples. */
const OVERHEAD_BYTES = 512;

/**
 * The phrases that are said again and again: they come from memory, at once, for nothing, and also
 * when no provider works. A phrase is kept under who spoke it and in which voice, so that no
 * strange voice cuts in as long as the usual one is there.
 */
export class PhraseMemory {
  readonly #phrases: ReadonlySet<string>;
  readonly #kept: LRUCache<string, SpokenPhrase & { readonly recording: PhraseRecording }>;
  readonly #clock: Clock;
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

  /** Has missing phrases spoken in the first voice, a little later. @returns what cancels it */
  warmSoon(stage: PhraseSpeaker): () => void {
    const abort = new AbortController();
    const cancel = this.#clock.after(WARM_DELAY_MS, () => {
      void this.warm(stage, stage.voices[0]?.id ?? '', abort.signal);
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
  warm(stage: PhraseSpeaker, voice: string, signal: AbortSignal): Promise<void> {
    this.#warming = this.#warming.then(async () => {
      for (const text of this.#phrases) {
        if (signal.aborted || !isRelayProvider(stage.name)) return;
        if (this.#kept.has(keyOf({ speaker: stage.name, voiceId: voice, text }))) continue;
        const track = new ClauseTrack(ownWords(text));
        try {
          for await (const _ of stage.speak(track, { voice, signal }));
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

function keyOf({ speaker, voiceId, text }: SpokenPhrase): string {
  return `${speaker}\n${voiceId}\n${text}`;
}

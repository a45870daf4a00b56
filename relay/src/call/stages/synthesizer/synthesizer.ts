import type { ClauseTrack, TimedWord } from './clause-track.ts';
import type { Languages } from '../languages.ts';
import type { FailoverObserver, Provider, ReportUse } from '../provider.ts';

/** Text in, speech out. */
export interface Synthesizer extends Provider {
  readonly sampleRateHz: number;
  readonly voices: readonly Voice[];
  /** How fast and slow it can speak; undefined if it has one pace. */
  readonly speeds?: SpeedRange | undefined;
  /**
   * Speaks clause by clause, as the text arrives.
   *
   * The clauses are counted from 0 in the order in which they are read. Each gives `clause-begun`,
   * its audio and word times, and `clause-done`, before the next one begins. Clauses are read ahead
   * only as far as the vendor needs.
   *
   * @throws ParleyError `synthesizer_failed` or `capacity_exhausted`. Ends early, without an
   *   error, when aborted.
   */
  synthesize(clauses: AsyncIterable<string>, options: SynthesisOptions): AsyncIterable<SpeechEvent>;
}

export interface Voice {
  readonly id: string;
  /** For people, e.g. `Rosa, American English`. */
  readonly label: string;
  /** Fewer than the provider knows; undefined: as many. */
  readonly languages?: Languages;
}

/** Factors of a voice's own pace: 2 is twice as fast. */
export interface SpeedRange {
  readonly min: number;
  readonly max: number;
}

export interface SynthesisOptions {
  /** A `Voice.id`; an unknown one is spoken by the first voice. */
  readonly voice: string;
  /** A factor within the provider's `speeds`; undefined is the voice's own pace. */
  readonly speed?: number | undefined;
  /** The call's, BCP 47; undefined: the relay's. */
  readonly language?: string | undefined;
  readonly signal: AbortSignal;
  readonly onUsed?: ReportUse | undefined;
}

export type SpeechEvent =
  | { readonly type: 'clause-begun'; readonly clause: number }
  /** The places of words in the clause's audio, from its start, if the vendor reports them. */
  | {
      readonly type: 'words-timed';
      readonly clause: number;
      readonly words: readonly TimedWord[];
    }
  /** PCM16 mono at `sampleRateHz`, any length; the receiver owns it. */
  | { readonly type: 'speech-audio'; readonly clause: number; readonly samples: Int16Array }
  /** All audio of the clause was given. */
  | { readonly type: 'clause-done'; readonly clause: number };

/** A `speed` that the voice has not is spoken at the nearest that it has. */
export interface SpeakOptions extends Omit<SynthesisOptions, 'onUsed'>, FailoverObserver {}

/** A reply on its way out. The clauses are those of the track; word times stand there. */
export type VoiceEvent =
  | {
      readonly type: 'clause-begun';
      readonly clause: number;
      /** Other than 0 if another voice broke off here. */
      readonly fromCharacter: number;
    }
  | Extract<SpeechEvent, { readonly type: 'words-timed' | 'speech-audio' | 'clause-done' }>;

/** What a call may choose of a voice. */
export type VoiceOffer = Pick<Synthesizer, 'voices' | 'speeds'>;

/** The stage as a conversation uses it, with its candidates behind it. */
export interface SynthesizerStage {
  readonly sampleRateHz: number;
  /** The provider that would be asked now. @param language - BCP 47; undefined: any */
  active(language?: string): string;
  /** What there is to choose from in a language. @param language - BCP 47; undefined: any */
  offer(language?: string): VoiceOffer;
  /** Whether it is a voice, but one that does not know the language. */
  isForeign(voice: string, language: string): boolean;
  /**
   * As `Provider.prepare`. Also has the phrases made ready: an apology is needed when nothing can be
   * made any more.
   */
  prepare(language?: string): () => void;
  /**
   * Speaks a reply: each clause once and in order, with as many voices as that takes. The track
   * says how far it has come; each event is on the track when it is given.
   *
   * @throws ParleyError once no voice is left to go on; what the text broke off with. Ends early,
   *   without an error, when aborted.
   */
  speak(track: ClauseTrack, options: SpeakOptions): AsyncGenerator<VoiceEvent, void, undefined>;
}

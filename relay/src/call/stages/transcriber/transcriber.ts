import type { AudioCodec } from '@parley/shared';
import type { OpusAudio, SpeechAudio } from '@parley/shared/audio/opus-packet';
import type { OpusCodec } from '../../../base/lib/opus-codec.ts';
import type { FailoverObserver, Provider, ReportUse } from '../provider.ts';

/** Speech in, words out. Every vendor is adapted to this shape. */
export interface Transcriber extends Provider {
  /**
   * Opens a stream for one utterance.
   *
   * @throws ParleyError `capacity_exhausted` if no recogniser is free, `transcriber_failed`
   *   if it could not be reached. Rejects with the signal's reason when aborted.
   */
  open(options: TranscriptionOptions): Promise<Transcription>;
  /** Whether it can be opened for Opus; otherwise it is given PCM16, whatever was spoken in. */
  readonly takesOpus?: boolean;
  /** For closed vocabularies: what these words are. Pure, within 100 µs. */
  readonly phraseState?: ((words: string) => PhraseState) | undefined;
}

/** How words fit a closed vocabulary; `may-continue`: a whole phrase that begins a longer one. */
export type PhraseState = 'complete' | 'may-continue' | 'incomplete' | 'unknown';

export interface TranscriptionOptions {
  /** BCP 47, e.g. `en-US`. */
  readonly language: string;
  /** Aborting releases the stream and ends its events; nothing more need be called. */
  readonly signal: AbortSignal;
  /** In which the utterance comes; PCM16 without it. */
  readonly codec?: AudioCodec | undefined;
  /** A reply is being heard: it may be a single word that interrupts or accompanies that. */
  readonly mayInterrupt?: boolean | undefined;
  readonly onUsed?: ReportUse | undefined;
}

/** One utterance on its way through a recogniser. */
export interface Transcription {
  /**
   * Takes PCM16 mono at 16 kHz, any number of samples. The memory may be kept, and be sent later:
   * the caller does not write into it any more. Never blocks.
   */
  push(samples: Int16Array): void;
  /** In place of `push`, if it was opened for Opus. The memory is as with `push`. */
  readonly pushOpus?: ((audio: OpusAudio) => void) | undefined;
  /** No more audio will come: the final transcript is wanted. */
  finalize(): void;
  /**
   * Speculation: the person may have finished, but audio may still follow. Slow work may begin on
   * the audio so far. May be called more than once.
   */
  readonly speculate?: (() => void) | undefined;
  /**
   * Iterated once. Ends after `transcript-final`, or when aborted.
   *
   * @throws ParleyError `transcriber_failed`
   */
  readonly events: AsyncIterable<TranscriptEvent>;
}

export type TranscriptEvent =
  /** The words so far; each replaces the one before. */
  | { readonly type: 'transcript-partial'; readonly text: string }
  /** Eager end-of-turn: the recogniser takes the turn to be probably over, on these words. */
  | { readonly type: 'eager-end-of-turn'; readonly text: string }
  /** The person had not finished: they went on. */
  | { readonly type: 'turn-resumed' }
  /** The recogniser takes the turn to be over. Its final transcript still follows `finalize`. */
  | { readonly type: 'end-of-turn'; readonly text: string }
  | {
      readonly type: 'transcript-final';
      /** Empty if no words were heard. */
      readonly text: string;
      /**
       * True if the person spoke but a recogniser with a closed vocabulary could not place the
       * words: worth an honest answer, unlike silence or noise.
       */
      readonly unrecognised: boolean;
      /** True if a number among the words may as well be its neighbour: worth asking back. */
      readonly isDoubtful?: boolean;
    };

/** What recognisers write for a sound that is not speech: `[BLANK_AUDIO]`, `(music)`, `*coughs*`. */
const SOUND = /[[(（【{<*][^[\]()（）【】{}<>*]{0,200}[\])）】}>*]/gu;

/** Whether a person said it: there is a letter or a digit of any script beside the sounds. */
export function hasWords(transcript: string): boolean {
  return /[\p{L}\p{N}]/u.test(transcript.replaceAll(SOUND, ''));
}

export interface ListenOptions
  extends Omit<TranscriptionOptions, 'onUsed' | 'codec'>, FailoverObserver {
  /** Decodes for recognisers that take PCM16 alone. */
  readonly opus: OpusCodec;
}

/** The stage as a conversation uses it, with its candidates behind it. */
export interface TranscriberStage {
  /** The provider that would be asked now. @param language - BCP 47; undefined: any */
  active(language?: string): string;
  /**
   * How these words fit a closed vocabulary; undefined if the active provider has none.
   *
   * @param language - the call's, BCP 47; undefined: any
   */
  phraseState(words: string, language?: string): PhraseState | undefined;
  /** Begins an utterance. To be disposed of, which gives back the memory that keeps its audio. */
  listen(options: ListenOptions): Hearing;
  /** As `Provider.prepare`. */
  prepare(language?: string): () => void;
}

/** One utterance as a conversation hears it, with as many recognisers as that takes. */
export interface Hearing extends Disposable {
  /**
   * To be iterated at once, and once: this opens the first recogniser. Ends after
   * `transcript-final`, or when aborted.
   *
   * @throws ParleyError the last candidate's error, once none is left
   */
  readonly events: AsyncIterable<TranscriptEvent>;
  /** Length of what was pushed. */
  readonly durationMs: number;
  /** What was pushed, in copies; until it is disposed of. */
  readonly audio: readonly SpeechAudio[];
  /**
   * The last `maxMs` of what was pushed, PCM16 at 16 kHz, in a copy; undefined if they were too much
   * to be kept. Later if it must be decoded, which may fail.
   */
  audioEnd(maxMs: number): Int16Array<ArrayBuffer> | Promise<Int16Array<ArrayBuffer>> | undefined;
  /** PCM16 mono at 16 kHz, or Opus: one of the two for the whole utterance. As `Transcription.push`. */
  push(audio: SpeechAudio): void;
  /** As `Transcription.finalize`. */
  finalize(): void;
  /**
   * The recogniser makes no progress: what was pushed is given to the next one, or once more to the
   * same if there is no other.
   *
   * @returns false if that was done before, or not all of it was kept
   */
  startAgain(): boolean;
}

import type { Provider, ReportUse } from '../provider.ts';

/** Speech in, words out. Every vendor is adapted to this shape. */
export interface Transcriber extends Provider {
  /**
   * Opens a stream for one utterance.
   *
   * @throws ParleyError `capacity_exhausted` if no recogniser is free, `transcriber_failed`
   *   if it could not be reached. Rejects with the signal's reason when aborted.
   */
  open(options: TranscriptionOptions): Promise<Transcription>;
  /** For closed vocabularies: what these words are. Pure, within 100 µs. */
  readonly phraseState?: ((words: string) => PhraseState) | undefined;
}

/** What words are to a closed vocabulary; `may-continue`: a whole phrase that begins a longer one. */
export type PhraseState = 'complete' | 'may-continue' | 'incomplete' | 'unknown';

export interface TranscriptionOptions {
  /** BCP 47, e.g. `en-US`. */
  readonly language: string;
  /** Aborting releases the stream and ends its events; nothing more need be called. */
  readonly signal: AbortSignal;
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
  /** No more audio will come: the final transcript is wanted. */
  finalize(): void;
  /**
   * Speculation: the person may have finished, but audio may still follow. What takes long may be
   * begun on the audio so far. May be called more than once.
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
  /** It was not: the person went on. */
  | { readonly type: 'turn-resumed' }
  /** The recogniser takes the turn to be over. Its final transcript still follows `finalize`. */
  | { readonly type: 'end-of-turn'; readonly text: string }
  | {
      readonly type: 'transcript-final';
      /** Empty if there were no words. */
      readonly text: string;
      /**
       * True if the person spoke but a recogniser with a closed vocabulary could not place the
       * words: worth an honest answer, unlike silence or noise.
       */
      readonly unrecognised: boolean;
      /** True if a number among the words may as well be its neighbour: worth asking back. */
      readonly isDoubtful?: boolean;
    };

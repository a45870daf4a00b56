/** Speech in, words out. The smallest shape the conversation uses; every vendor is adapted to it. */
export interface Transcriber {
  /** Name shown to people and in logs, e.g. `embedded`. */
  readonly name: string;
  /**
   * Opens a stream for one utterance.
   *
   * @throws ParleyError `capacity_exhausted` where no recogniser is free, `transcriber_failed`
   *   where it could not be reached. Rejects with the signal's reason when aborted.
   */
  open(options: TranscriptionOptions): Promise<Transcription>;
}

export interface TranscriptionOptions {
  /** BCP 47, e.g. `en-US`. */
  readonly language: string;
  /** Aborting releases the stream and ends its events; nothing more need be called. */
  readonly signal: AbortSignal;
}

/** One utterance on its way through a recogniser. */
export interface Transcription {
  /**
   * Takes PCM16 mono at 16 kHz, any number of samples. The samples are copied or sent before it
   * returns, so the caller may reuse the memory. Never blocks.
   */
  push(samples: Int16Array): void;
  /** No more audio will come: the final transcript is wanted. */
  finalize(): void;
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
  | {
      readonly type: 'transcript-final';
      /** Empty where there were no words. */
      readonly text: string;
      /**
       * True where someone spoke but a recogniser with a closed vocabulary could not place the
       * words: worth an honest answer, unlike silence or noise.
       */
      readonly unrecognised: boolean;
    };

import type { ParleyError } from '@parley/shared';
import type { SpeechFound } from '@parley/speech-detector';

export type { SpeechFound } from '@parley/speech-detector';

/** The page's detector beside the relay: finds utterances in one client's stream. */
export interface SpeechDetection extends Disposable {
  /**
   * @param samples - 16 kHz mono, any length; what is found comes later, in order
   * @returns whether they were taken: not if more than a minute of audio waits, or the detector is
   *   more than five seconds behind. What is not taken is no part of the stream and its instants.
   */
  push(samples: Int16Array): boolean;
  /** The relay took the turn as over before the detector did. @param endMs - where in the stream */
  endOfTurn(utterance: number, endMs: number): void;
  /** Our voice plays in the client: what leaks from its speaker must not interrupt us. */
  setPlaying(isPlaying: boolean): void;
}

export interface SpeechDetectionOptions {
  /** The longest utterance that a session takes, ms; a longer one is continued as the next. */
  readonly longestMs: number;
  readonly onFound: (found: SpeechFound) => void;
  /** Called at most once; nothing is found after it. */
  readonly onFailed: (error: ParleyError) => void;
}

/** Makes one for each call; all share the network's weights and a few threads. */
export interface SpeechDetections {
  open(options: SpeechDetectionOptions): SpeechDetection;
}

/**
 * What was found in a stream of microphone that never stops. Instants are ms of audio since the
 * stream began, chunks are PCM16 at 16 kHz as the session takes them (`UPLINK_CHUNK_SAMPLES`, the
 * last one shorter).
 */
export type SpeechFound =
  /** Speech, believed; its chunks follow, from 300 ms before `onsetMs` on. */
  | { readonly type: 'speech-started'; readonly utterance: number; readonly onsetMs: number }
  | {
      readonly type: 'speech';
      readonly utterance: number;
      readonly samples: Int16Array;
      readonly startMs: number;
      readonly last: boolean;
    }
  /** Perhaps only for a moment. */
  | { readonly type: 'speech-paused'; readonly utterance: number; readonly endMs: number }
  | { readonly type: 'speech-resumed'; readonly utterance: number }
  /** `endMs` is the true end of speech. */
  | { readonly type: 'speech-stopped'; readonly utterance: number; readonly endMs: number };

/** The page's detector beside the relay: finds utterances in one client's stream. */
export interface SpeechDetection extends Disposable {
  /** @param samples - 16 kHz mono, any length; what is found comes later, in order */
  push(samples: Int16Array): void;
  /** The relay took the turn as over before the detector did. */
  endOfTurn(utterance: number): void;
  /** Our voice plays in the client: what leaks from its speaker must not interrupt us. */
  setPlaying(isPlaying: boolean): void;
}

/** Makes one for each call; all share the network's weights and a few threads. */
export interface SpeechDetections {
  open(onFound: (found: SpeechFound) => void): SpeechDetection;
}

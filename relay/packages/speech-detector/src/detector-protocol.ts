/**
 * What was found in a stream of microphone. Instants are ms of audio since the stream began, chunks
 * are PCM16 at 16 kHz as a session takes them (`UPLINK_CHUNK_SAMPLES`, the last one shorter).
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
  /** Perhaps only for a moment. `endMs` is the true end of speech so far. */
  | { readonly type: 'speech-paused'; readonly utterance: number; readonly endMs: number }
  | { readonly type: 'speech-resumed'; readonly utterance: number; readonly onsetMs: number }
  /** After its last chunk. `endMs` is the true end of speech. */
  | { readonly type: 'speech-stopped'; readonly utterance: number; readonly endMs: number };

/** What comes to a stream. */
export type DetectorInput =
  /** `longestMs`: a longer utterance is continued as the next. */
  | { readonly type: 'open'; readonly longestMs: number }
  /** 16 kHz mono, any length. */
  | { readonly type: 'samples'; readonly samples: Int16Array }
  /** The relay has ended the turn at `endMs`. */
  | { readonly type: 'end-of-turn'; readonly utterance: number; readonly endMs: number }
  | { readonly type: 'playing'; readonly isPlaying: boolean }
  | { readonly type: 'close' };

/** A stream is a number that the asker chooses. */
export type DetectorRequest =
  /** Forgets all streams. Without weights they are read from the published model. */
  | { readonly type: 'start'; readonly weights: SharedArrayBuffer | undefined }
  | { readonly type: 'feed'; readonly inputs: readonly (readonly [number, DetectorInput])[] };

export type DetectorAnswer =
  /** For the next thread. */
  | { readonly type: 'started'; readonly weights: SharedArrayBuffer }
  | { readonly type: 'found'; readonly found: readonly (readonly [number, SpeechFound])[] };

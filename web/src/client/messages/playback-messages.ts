/** Which of the audio context's samples leaves the speaker when. */
export interface OutputInstant {
  readonly contextTimeS: number;
  /** On the clock of `Date.now()`. */
  readonly atMs: number;
}

/** Commands of the media worker to the playback worklet. One item plays at a time. */
export type PlaybackCommand =
  /** The commands that follow are about this item; ignored while another one plays. */
  | { readonly type: 'begin'; readonly item: number; readonly rateHz: number }
  /** PCM16 mono at the item's rate; transferred. Ignored unless `item` is the one that plays. */
  | { readonly type: 'push'; readonly item: number; readonly samples: Int16Array }
  /** No more audio will come: running dry is now the end and not a gap. */
  | { readonly type: 'complete'; readonly item: number }
  /** Fade out and keep the position. */
  | { readonly type: 'hold' }
  /** Fade in again at the place of the hold. */
  | { readonly type: 'resume' }
  /** Fade out and forget the item. */
  | { readonly type: 'flush'; readonly item: number };

export type PlaybackReport =
  | PlaybackEvent
  /** Thirty times a second, playing or not: the context's time and the system's, ms, at once. */
  | { readonly type: 'clock'; readonly contextTimeS: number; readonly atMs: number };

/** Reports of the playback worklet to the media worker. Times are the audio context's, seconds. */
export type PlaybackEvent =
  /** The item's first sample was rendered. */
  | { readonly type: 'started'; readonly item: number; readonly contextTimeS: number }
  /** Its first sample that can be heard: a voice begins with some ms of near-silence. */
  | { readonly type: 'audible'; readonly item: number; readonly contextTimeS: number }
  /** `POSITION_REPORTS_PER_SECOND` times a second, a little less, while there is an item. */
  | {
      readonly type: 'position';
      readonly item: number;
      readonly playedMs: number;
      readonly bufferedMs: number;
      /** Of what was rendered since the last report. */
      readonly rms: number;
      readonly contextTimeS: number;
    }
  /** Nothing was left to play although the item is not complete. */
  | { readonly type: 'starved'; readonly item: number }
  | { readonly type: 'held'; readonly item: number; readonly playedMs: number }
  | { readonly type: 'flushed'; readonly item: number; readonly playedMs: number }
  | { readonly type: 'ended'; readonly item: number; readonly playedMs: number };

/** How often the worklet reports its position. */
export const POSITION_REPORTS_PER_SECOND = 30;

/** How much audio the worklet can hold ahead; the worker keeps the rest. */
export const PLAYBACK_AHEAD_MS = 4_000;

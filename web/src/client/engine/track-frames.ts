/** Of `MediaStreamTrackProcessor`, which Chromium has for audio and the DOM types do not know. */
type TrackProcessor = new (options: {
  readonly track: MediaStreamTrack;
  /** Frames that may wait for a reader; the oldest are dropped. */
  readonly maxBufferSize: number;
}) => { readonly readable: ReadableStream<AudioData> };

/** Two seconds of frames of 10 ms: longer than any stall after which a call is of use. */
const MAX_WAITING_FRAMES = 200;

/** The frames of an audio track as they are captured; undefined if the browser has none. */
export function framesOf(track: MediaStreamTrack): ReadableStream<AudioData> | undefined {
  const { MediaStreamTrackProcessor } = globalThis as {
    readonly MediaStreamTrackProcessor?: TrackProcessor;
  };
  if (MediaStreamTrackProcessor === undefined) return undefined;
  try {
    return new MediaStreamTrackProcessor({ track, maxBufferSize: MAX_WAITING_FRAMES }).readable;
  } catch {
    // Where it reads video alone.
    return undefined;
  }
}

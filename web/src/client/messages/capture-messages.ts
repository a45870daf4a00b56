import type { SpeechFrame } from '@parley/shared/vad/speech-detector';

/** One frame of microphone, or of what is played, at 16 kHz. */
export interface CapturedBlock extends SpeechFrame {
  /** `FRAME_SAMPLES` samples in −1…1, unless its reader wants shorter ones; transferred. */
  readonly samples: Float32Array<ArrayBuffer>;
  /** Index of the first sample since the microphone was opened. */
  readonly index: number;
  /** The time of the audio context, or of the track, when the first sample was captured, seconds. */
  readonly contextTimeS: number;
  /** The audio context's time at sending. */
  readonly sentContextTimeS: number;
}

/** What the capture worklet sends the media worker. */
export interface CaptureMessage {
  readonly block: CapturedBlock;
  /** When it was sent, on the system's clock, ms. */
  readonly sentAtMs: number;
}

import type { Pauses } from './trim-silence.ts';

/** What a synthesizer's thread is asked; each request has one answer. */
export interface SynthesisRequest {
  readonly voice: string;
  /** As `toSpokenText` leaves it, no longer than a piece may be. */
  readonly text: string;
  readonly pauses: Pauses;
  /** A factor of the voice's own pace. */
  readonly speed: number;
}

export interface SynthesisAnswer {
  /** PCM16 mono at 16 kHz. */
  readonly samples: Int16Array<ArrayBuffer>;
}

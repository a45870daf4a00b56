/**
 * The levels of this instant, about thirty times a second. In a store of their own, so that no
 * level ever causes React to render.
 */
export interface Levels {
  /** 0–1 and perceptual, as `voice` is. */
  readonly microphone: number;
  readonly voice: number;
  /** 0–1 */
  readonly speechProbability: number;
}

export const SILENCE: Levels = { microphone: 0, voice: 0, speechProbability: 0 };

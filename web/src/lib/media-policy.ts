/**
 * How speech is told from silence, in one place.
 *
 * Probabilities are those of the Silero v6 detector, frames its 32 ms.
 */
export interface SpeechPolicy {
  /** A frame at or above this is speech. */
  readonly speechProbability: number;
  /** A frame below this is silence; between the two it counts as neither. */
  readonly silenceProbability: number;
  /** Speech frames after which it is believed. */
  readonly confirmFrames: number;
  /** Frames without speech after which an unconfirmed onset was a false alarm. */
  readonly misfireFrames: number;
  /** Silence after which the person is taken to have finished. */
  readonly redemptionMs: number;
}

export const SPEECH_POLICY: SpeechPolicy = {
  speechProbability: 0.5,
  silenceProbability: 0.35,
  confirmFrames: 3,
  misfireFrames: 6,
  redemptionMs: 480,
};

/** While we play, what leaks from the speaker into the microphone must not interrupt us. */
export const ECHO_GUARD_POLICY: SpeechPolicy = {
  ...SPEECH_POLICY,
  speechProbability: 0.7,
  silenceProbability: 0.5,
  confirmFrames: 4,
};

/**
 * How much later than the true onset the first speech frame begins, and how much later than the
 * true end the last one ends: medians over short commands in three voices, loud and soft, with and
 * without noise (10th to 90th percentile: −12 to 55 and 60 to 110 ms).
 */
export const ONSET_LAG_MS = 15;
export const OFFSET_LAG_MS = 80;

/** Audio sent from before the onset, so that no soft consonant is lost. */
export const PRE_ROLL_MS = 300;

/** A push-to-talk key held for less, without speech, was touched by mistake. */
export const MIN_HOLD_MS = 250;

/** Frames that may wait for the detector, e.g. while it loads: 6.4 s. The oldest are dropped. */
export const MAX_WAITING_FRAMES = 200;

/**
 * How voice activity detection tells speech from silence.
 *
 * Probabilities are those of the Silero v6 detector, frames its 32 ms.
 */
export interface SpeechPolicy {
  /** A frame at or above this is speech. */
  readonly speechProbability: number;
  /** A frame below this is silence; between the two it counts as neither. */
  readonly silenceProbability: number;
  /** Speech frames after which it is believed; at least 2. */
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

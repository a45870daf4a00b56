/**
 * How voice activity detection distinguishes speech from silence.
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
  /** Silence after which a relay that decides learns of a pause; infinite if none decides. */
  readonly pauseMs: number;
  /** Speech frames after which a pause is over. */
  readonly resumeFrames: number;
  /** Silence after which the person is taken to have finished, also without a word of the relay. */
  readonly redemptionMs: number;
}

export const SPEECH_POLICY: SpeechPolicy = {
  speechProbability: 0.5,
  silenceProbability: 0.35,
  confirmFrames: 3,
  misfireFrames: 6,
  pauseMs: Number.POSITIVE_INFINITY,
  resumeFrames: 2,
  redemptionMs: 480,
};

/** While we play, what leaks from the speaker into the microphone must not interrupt us. */
export const ECHO_GUARD_POLICY: SpeechPolicy = {
  ...SPEECH_POLICY,
  speechProbability: 0.7,
  silenceProbability: 0.5,
  confirmFrames: 4,
};

/** A relay that decides when a turn is over wants to know of each pause, and early. */
const RELAY_DECIDES = { pauseMs: 128, redemptionMs: 2_000 } as const;
const SPEECH_FOR_RELAY: SpeechPolicy = { ...SPEECH_POLICY, ...RELAY_DECIDES };
const ECHO_GUARD_FOR_RELAY: SpeechPolicy = { ...ECHO_GUARD_POLICY, ...RELAY_DECIDES };

export function speechPolicyFor(call: {
  readonly isPlaying: boolean;
  /** The relay decides when a turn is over. */
  readonly relayDecides: boolean;
}): SpeechPolicy {
  if (call.relayDecides) return call.isPlaying ? ECHO_GUARD_FOR_RELAY : SPEECH_FOR_RELAY;
  return call.isPlaying ? ECHO_GUARD_POLICY : SPEECH_POLICY;
}

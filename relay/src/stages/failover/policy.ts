/** When a provider counts as failed, and when it may be tried again. */
export interface BreakerPolicy {
  /** So many failures in a row open the breaker. */
  readonly failuresToOpen: number;
  /** A failure is forgotten after so long without another. */
  readonly recentMs: number;
  /** Until the first trial after it opened; doubles each time the trial fails. */
  readonly coolDownMs: number;
  readonly maxCoolDownMs: number;
  /** Longest wait a provider can ask for: one that says "tomorrow" is asked again before. */
  readonly maxRetryAfterMs: number;
}

/** When the same provider is asked once more instead of the next one. */
export interface RetryPolicy {
  /** A failure that came later than this is not tried again: the person has waited enough. */
  readonly fastMs: number;
  readonly when: 'never' | 'no-other-candidate' | 'always';
}

/**
 * Longest one candidate may take; less where the others' turns would not fit any more. One that is
 * alone has the whole deadline of its stage.
 */
export interface AttemptPolicy {
  readonly transcriberOpenMs: number;
  /** From the end of the audio to the final words. */
  readonly transcriberFinalMs: number;
  /** More of it for a candidate that is given the utterance afterwards: ms per ms of audio. */
  readonly transcriberReplayShare: number;
  readonly generatorFirstMs: number;
  /** After a piece of text; a tool may take as long as the stage. */
  readonly generatorStallMs: number;
  /** From the first clause handed over to the first audio. */
  readonly synthesizerFirstMs: number;
  readonly synthesizerStallMs: number;
}

/** Longest over all candidates of a stage. */
export interface StageDeadlines {
  readonly transcriberMs: number;
  readonly generatorMs: number;
  readonly synthesizerMs: number;
}

export interface HealthPolicy {
  readonly intervalMs: number;
  readonly deadlineMs: number;
  /** Share of the interval by which each check comes earlier or later, 0–1. */
  readonly jitter: number;
}

export interface ResiliencePolicy {
  readonly breaker: BreakerPolicy;
  readonly retry: RetryPolicy;
  readonly attempts: AttemptPolicy;
  readonly deadlines: StageDeadlines;
  readonly health: HealthPolicy;
  /** What of an utterance is kept for another transcriber: longest, ms. */
  readonly maxUtteranceMs: number;
  /** How long after the first provider the second one's connection is opened ahead of need. */
  readonly prepareSecondMs: number;
}

export const DEFAULT_POLICY: ResiliencePolicy = {
  breaker: {
    failuresToOpen: 3,
    recentMs: 300_000,
    coolDownMs: 30_000,
    maxCoolDownMs: 300_000,
    maxRetryAfterMs: 300_000,
  },
  retry: { fastMs: 1_000, when: 'no-other-candidate' },
  attempts: {
    transcriberOpenMs: 4_000,
    transcriberFinalMs: 8_000,
    transcriberReplayShare: 0.5,
    generatorFirstMs: 10_000,
    generatorStallMs: 15_000,
    synthesizerFirstMs: 5_000,
    synthesizerStallMs: 8_000,
  },
  deadlines: { transcriberMs: 30_000, generatorMs: 60_000, synthesizerMs: 15_000 },
  health: { intervalMs: 30_000, deadlineMs: 3_000, jitter: 0.1 },
  maxUtteranceMs: 60_000,
  prepareSecondMs: 2_000,
};

import type { Deadlines } from '../../../base/config/config.ts';
import { longestSpeechMs } from '../synthesizer/speaking-pace.ts';

/** When a provider counts as failed, and when it may be tried again. */
export interface BreakerPolicy {
  /** Failures in a row that open the breaker. */
  readonly failuresToOpen: number;
  /** From so many different callers on, in a row, refusals of their requests count as failures. */
  readonly callersToBlame: number;
  /** A failure is forgotten after this long without another. */
  readonly recentMs: number;
  /** Until the first trial after it opened; doubles each time the trial fails. */
  readonly coolDownMs: number;
  readonly maxCoolDownMs: number;
  /** Longest retry-after that is honoured: one that says "tomorrow" gets a request before. */
  readonly maxRetryAfterMs: number;
}

/** When the same provider is retried before the next one. */
export interface RetryPolicy {
  /** A failure that came later than this is not retried: the person has waited enough. */
  readonly fastMs: number;
  readonly when: 'never' | 'no-other-candidate';
}

/**
 * Longest one candidate may take; less if the others' turns would not fit any more. A transcriber
 * or synthesizer that is alone has the whole deadline of its stage.
 */
export interface AttemptPolicy {
  readonly transcriberOpenMs: number;
  /** From the end of the audio to the final words. */
  readonly transcriberFinalMs: number;
  /** More of it for a candidate that is given the utterance afterwards: ms per ms of audio. */
  readonly transcriberReplayShare: number;
  /** To the first word, tool or thought, also for one that is alone. */
  readonly generatorFirstMs: number;
  /** Silence after which the next generator is asked as well; the first that speaks is heard. */
  readonly generatorHedgeMs: number;
  /** Longest that thoughts alone may go on, without a word. */
  readonly generatorThinkingMs: number;
  /** After a piece of text; a tool may take as long as the stage. */
  readonly generatorStallMs: number;
  /** From the first clause handed over to the first audio. */
  readonly synthesizerFirstMs: number;
  readonly synthesizerStallMs: number;
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
  /** Over all candidates of a stage. */
  readonly deadlines: Deadlines;
  readonly health: HealthPolicy;
  /** The longest that a text can take to speak: a voice that goes on has failed. */
  readonly longestSpeechMs: (text: string) => number;
  /** Longest utterance that the replay buffer holds for another transcriber, ms. */
  readonly maxUtteranceMs: number;
  /** How long after the first provider the second one's connection is opened ahead of need. */
  readonly prepareSecondMs: number;
}

export const DEFAULT_POLICY: ResiliencePolicy = {
  breaker: {
    failuresToOpen: 3,
    callersToBlame: 3,
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
    generatorHedgeMs: 5_000,
    generatorThinkingMs: 30_000,
    generatorStallMs: 15_000,
    synthesizerFirstMs: 5_000,
    synthesizerStallMs: 8_000,
  },
  deadlines: { transcriberMs: 30_000, generatorMs: 60_000, synthesizerMs: 15_000 },
  health: { intervalMs: 30_000, deadlineMs: 3_000, jitter: 0.1 },
  longestSpeechMs,
  maxUtteranceMs: 60_000,
  prepareSecondMs: 2_000,
};

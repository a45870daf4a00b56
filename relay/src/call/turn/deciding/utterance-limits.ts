import type { TurnEnd } from '../../events/call-events.ts';

/**
 * Longest that an open utterance may go without audio: it holds a recogniser that others may need,
 * and its client may be gone for good.
 */
const MAX_AUDIO_GAP_MS = 15_000;

/** Ends an utterance that is too long, or that has no more audio. */
export class UtteranceLimits {
  readonly #maxUtteranceMs: number;
  #hasAudio = false;
  #gapMs = 0;

  constructor(maxUtteranceMs: number) {
    this.#maxUtteranceMs = maxUtteranceMs;
  }

  /** An utterance begins. */
  begin(): void {
    this.#hasAudio = true;
    this.#gapMs = 0;
  }

  /** @param utteranceMs - the length of the open utterance, with the audio that has just come */
  audioCame(utteranceMs: number): TurnEnd | undefined {
    this.#hasAudio = true;
    return utteranceMs > this.#maxUtteranceMs ? 'too-long' : undefined;
  }

  /** Called about once a second while an utterance is open. */
  timePassed(elapsedMs: number): TurnEnd | undefined {
    this.#gapMs = this.#hasAudio ? 0 : this.#gapMs + elapsedMs;
    this.#hasAudio = false;
    return this.#gapMs >= MAX_AUDIO_GAP_MS ? 'no-audio' : undefined;
  }

  /** Audio came since `timePassed` was called last. */
  get hasAudio(): boolean {
    return this.#hasAudio;
  }
}

import type { Clock } from '../../../base/lib/clock.ts';
import type { EndOfTurnJudgement } from './end-of-turn.ts';

/** A client's end of speech is believed up to this age: what is older was held up on the way. */
const MAX_AGE_MS = 5_000;

export interface EndpointingOptions {
  readonly clock: Clock;
  /** The session clock, ms. */
  readonly nowMs: () => number;
  /** From what is known now. */
  readonly judge: () => EndOfTurnJudgement;
  readonly onPredicted: (judgement: EndOfTurnJudgement) => void;
  /** The silence has lasted as long as it must. @param speechEndMs - on the session clock */
  readonly onEnd: (speechEndMs: number) => void;
}

/**
 * Waits, in a pause of the person, until the turn is over: as long as the words so far ask for.
 * More words, or an end-of-turn event of the transcriber, make it judge again.
 */
export class Endpointing {
  readonly #options: EndpointingOptions;
  #pause: { readonly speechEndMs: number; delayMs: number; cancel: () => void } | undefined;

  constructor(options: EndpointingOptions) {
    this.#options = options;
  }

  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  /** @param speechEndMs - true end of speech so far, on the session clock */
  paused(speechEndMs: number): void {
    this.stop();
    const nowMs = this.#options.nowMs();
    const believedMs = Math.min(nowMs, Math.max(speechEndMs, nowMs - MAX_AGE_MS));
    this.#pause = { speechEndMs: believedMs, delayMs: -1, cancel: () => {} };
    this.judgeAgain();
  }

  /** More is known than before; nothing happens if the person is not silent. */
  judgeAgain(): void {
    const pause = this.#pause;
    if (pause === undefined) return;
    const { clock, nowMs, judge, onPredicted, onEnd } = this.#options;
    const judgement = judge();
    if (judgement.delayMs === pause.delayMs) return;
    pause.delayMs = judgement.delayMs;
    pause.cancel();
    onPredicted(judgement);
    const leftMs = pause.speechEndMs + judgement.delayMs - nowMs();
    // Later, even if it is due: the caller of this is in the middle of something.
    pause.cancel = clock.after(Math.max(0, leftMs), () => {
      this.#pause = undefined;
      onEnd(pause.speechEndMs);
    });
  }

  /** The person goes on, or the utterance is over. */
  stop(): void {
    this.#pause?.cancel();
    this.#pause = undefined;
  }
}

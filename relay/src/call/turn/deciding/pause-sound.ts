import { OVER, afterDeadline } from '../../../base/lib/deadline.ts';
import type { Clock } from '../../../base/lib/clock.ts';
import type { Logger } from '../../../base/lib/logger.ts';
import type { Hearing } from '../../stages/transcriber/transcriber.ts';
import { TURN_MODEL_WINDOW_MS, type TurnModel } from '../../stages/turn-model.ts';

/**
 * How long a judgement is useful, ms: a client reports a pause after 200, and a turn whose words
 * leave little doubt is over after 250 to 400.
 */
export const SOUND_DEADLINE_MS = 200;

export interface PauseSoundOptions {
  /** undefined: pauses are judged without their sound. */
  readonly model: TurnModel | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The end of the open utterance, see `Hearing.audioEnd`; undefined if it was not kept. */
  readonly audioEnd: (maxMs: number) => ReturnType<Hearing['audioEnd']>;
  /** The probability is known now. */
  readonly onJudged: () => void;
}

/**
 * What the turn model makes of the pause that lasts now. The model is asked once, when the pause
 * begins, and nothing waits for it: an answer after the deadline or the pause counts for nothing.
 */
export class PauseSound {
  readonly #options: PauseSoundOptions;
  #asked: AbortController | undefined;
  #probability: number | undefined;

  constructor(options: PauseSoundOptions) {
    this.#options = options;
  }

  /** Probability that the person has finished, 0–1; undefined if it is not known, or not yet. */
  get probability(): number | undefined {
    return this.#probability;
  }

  /** A pause begins. */
  paused(): void {
    this.stop();
    const { model, audioEnd } = this.#options;
    const end = model && audioEnd(TURN_MODEL_WINDOW_MS);
    if (model === undefined || end === undefined) return;
    this.#asked = new AbortController();
    void this.#ask(model, end, this.#asked);
  }

  /** The pause is over. */
  stop(): void {
    this.#asked?.abort(OVER);
    this.#asked = undefined;
    this.#probability = undefined;
  }

  async #ask(
    model: TurnModel,
    end: NonNullable<ReturnType<Hearing['audioEnd']>>,
    asked: AbortController,
  ): Promise<void> {
    const { clock, logger, onJudged } = this.#options;
    const late = () => {
      asked.abort(OVER);
      logger.debug({ deadlineMs: SOUND_DEADLINE_MS }, 'turn model too late');
    };
    const cancel = afterDeadline(clock, SOUND_DEADLINE_MS, late);
    const { signal } = asked;
    const judge = async () => model.judge(await end, signal);
    const probability = await judge().catch((err: unknown) => {
      if (!signal.aborted) logger.warn({ err }, 'turn model failed');
      return undefined;
    });
    cancel();
    if (signal.aborted || probability === undefined) return;
    this.#probability = probability;
    onJudged();
  }
}

import { sleep, type Clock } from '../../../base/lib/clock.ts';

/**
 * Lets audio out a bounded time ahead of its being played.
 *
 * Speech is made several times faster than it is spoken. Sent at once, all of it would lie in the
 * client's buffer, an interruption would have wasted it, and a slow line would choke on it; sent
 * in step with real time, every hiccup would be heard. So: up to `leadMs` ahead.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #leadMs: number;
  /** When the listener will have played all that was let out, assuming it plays without pause. */
  #playedOutAtMs = 0;

  constructor(clock: Clock, leadMs: number) {
    this.#clock = clock;
    this.#leadMs = leadMs;
  }

  /** Waits until `durationMs` of audio may go. Resolves at once when aborted. */
  async ready(durationMs: number, signal: AbortSignal): Promise<void> {
    const nowMs = this.#clock.now();
    this.#playedOutAtMs = Math.max(this.#playedOutAtMs, nowMs);
    const waitMs = this.#playedOutAtMs - nowMs - this.#leadMs;
    this.#playedOutAtMs += durationMs;
    await sleep(this.#clock, waitMs, signal);
  }

  /** How long it will take until all that was let out was played. */
  get aheadMs(): number {
    return Math.max(0, this.#playedOutAtMs - this.#clock.now());
  }

  /** The audio let out will not be played: the listener threw it away. */
  reset(): void {
    this.#playedOutAtMs = 0;
  }
}

import type { Clock } from '../../../base/lib/clock.ts';

/** How far the delivered audio is ahead of a listener who plays it as it comes. */
export class ListenerLead {
  readonly #clock: Clock;
  #playedOutAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get nowMs(): number {
    return this.#clock.now();
  }

  /** When the listener will have heard everything; in the past if they wait already. */
  get playedOutAtMs(): number {
    return this.#playedOutAtMs;
  }

  delivered(durationMs: number): void {
    this.#playedOutAtMs = Math.max(this.#playedOutAtMs, this.#clock.now()) + durationMs;
  }
}

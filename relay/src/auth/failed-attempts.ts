import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';
import { subscriberOf } from '../lib/network-address.ts';

/** Wrong secrets that one subscriber may try … */
const MAX_ATTEMPTS = 10;
/** … within this time of the first, ms. */
const WINDOW_MS = 600_000;
const MAX_SUBSCRIBERS = 20_000;

/** Counts wrong secrets by where they come from, so that they cannot be guessed. */
export class FailedAttempts {
  readonly #clock: Clock;
  readonly #counts = new LRUCache<string, { count: number; readonly sinceMs: number }>({
    max: MAX_SUBSCRIBERS,
  });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns how long `address` must wait until it may try again, ms; 0 if it need not */
  waitMs(address: string): number {
    const kept = this.#counts.get(subscriberOf(address));
    if (kept === undefined || kept.count < MAX_ATTEMPTS) return 0;
    return Math.max(0, kept.sinceMs + WINDOW_MS - this.#clock.now());
  }

  /** `address` gave a wrong secret. */
  add(address: string): void {
    const subscriber = subscriberOf(address);
    const nowMs = this.#clock.now();
    const kept = this.#counts.get(subscriber);
    if (kept === undefined || nowMs - kept.sinceMs >= WINDOW_MS) {
      this.#counts.set(subscriber, { count: 1, sinceMs: nowMs });
    } else {
      kept.count += 1;
    }
  }
}

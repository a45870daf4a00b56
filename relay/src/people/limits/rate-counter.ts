import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/lib/clock.ts';

/** So many at once, after which they fill up again evenly over `perMs`. */
export interface Rate {
  /** `Infinity`: without a limit. */
  readonly count: number;
  readonly perMs: number;
}

/** Against rounding of instants that were added up. */
const TOLERANCE_MS = 1e-3;

/**
 * Counts what happens by key, e.g. by address, and says when one more may.
 *
 * Each key has one number, the instant at which its bucket is full again (the generic cell rate
 * algorithm, ITU-T I.371), so that nothing runs in between. The keys used longest ago are
 * forgotten beyond `maxKeys`: it takes as many other keys to make it forget one, and each of those
 * is allowed as much as the one that was forgotten.
 */
export class RateCounter {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #fullAtMs: LRUCache<string, number>;

  constructor(options: { readonly clock: Pick<Clock, 'now'>; readonly maxKeys: number }) {
    this.#clock = options.clock;
    this.#fullAtMs = new LRUCache({ maxSize: options.maxKeys, sizeCalculation: () => 1 });
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#fullAtMs.size;
  }

  /** @returns how long until one more may happen, ms; 0: now; `Infinity`: never */
  waitMs(key: string, { count, perMs }: Rate): number {
    if (count === Infinity) return 0;
    if (count < 1) return Infinity;
    const nowMs = this.#clock.now();
    const fullAtMs = this.#fullAtMs.get(key) ?? nowMs;
    const waitMs = fullAtMs + perMs / count - perMs - nowMs;
    return waitMs <= TOLERANCE_MS ? 0 : waitMs;
  }

  /** The event has happened once, whether or not it may. */
  count(key: string, { count, perMs }: Rate): void {
    if (count === Infinity || count < 1) return;
    const nowMs = this.#clock.now();
    const fullAtMs = Math.max(nowMs, this.#fullAtMs.get(key) ?? nowMs);
    this.#fullAtMs.set(key, Math.min(fullAtMs + perMs / count, nowMs + perMs));
  }

  /** One that was counted has not happened. */
  takeBack(key: string, { count, perMs }: Rate): void {
    const fullAtMs = this.#fullAtMs.get(key);
    if (fullAtMs !== undefined && count >= 1) this.#fullAtMs.set(key, fullAtMs - perMs / count);
  }
}

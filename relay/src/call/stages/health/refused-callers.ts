import type { BreakerPolicy } from './policy.ts';

/**
 * The callers whose requests a provider refused as such, since one succeeded last. A request that is
 * too long is its caller's own misfortune, however often it is sent; but a provider that refuses one
 * caller after the other, and serves none in between, is wrongly configured.
 */
export class RefusedCallers {
  readonly #policy: Pick<BreakerPolicy, 'callersToBlame' | 'recentMs'>;
  readonly #nowMs: () => number;
  readonly #callers = new Set<string>();
  #lastAtMs = 0;

  /** @param nowMs - of a monotonic clock */
  constructor(policy: Pick<BreakerPolicy, 'callersToBlame' | 'recentMs'>, nowMs: () => number) {
    this.#policy = policy;
    this.#nowMs = nowMs;
  }

  /** One more was refused. @returns whether there are so many that the provider is to blame */
  add(caller: string): boolean {
    const { callersToBlame, recentMs } = this.#policy;
    const nowMs = this.#nowMs();
    if (nowMs - this.#lastAtMs > recentMs) this.clear();
    this.#lastAtMs = nowMs;
    if (this.#callers.size < callersToBlame) this.#callers.add(caller);
    return this.#callers.size >= callersToBlame;
  }

  /** A request succeeded. */
  clear(): void {
    this.#callers.clear();
  }
}

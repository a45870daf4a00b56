import { sleep, type Clock } from '../../lib/clock.ts';
import { withDeadline } from '../../lib/deadline.ts';
import type { HealthPolicy } from './policy.ts';
import type { Service } from './service.ts';

/** Something that can be checked without being used. */
export interface Checked {
  readonly service: Service;
  /** Rejects where it could not serve now. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
}

export interface HealthMonitorOptions {
  readonly checked: readonly Checked[];
  readonly policy: HealthPolicy;
  readonly clock: Clock;
  /** The error that a check too slow counts as. */
  readonly late: (service: Service) => Error;
  readonly onFailure: (service: Service, error: unknown) => void;
  /** 0 inclusive to 1 exclusive. */
  readonly random?: () => number;
}

/**
 * Checks every provider in turn, each on its own beat: never two checks of one provider at once,
 * and all of them spread over the interval rather than in one burst.
 *
 * Runs until disposed of, which ends within the turn of the event loop.
 */
export class HealthMonitor implements AsyncDisposable {
  readonly #options: HealthMonitorOptions;
  readonly #random: () => number;
  readonly #abort = new AbortController();
  readonly #beats: readonly Promise<void>[];

  constructor(options: HealthMonitorOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    const spreadMs = options.policy.intervalMs / Math.max(1, options.checked.length);
    this.#beats = options.checked.map((checked, index) =>
      this.#beat(checked, (index + this.#random()) * spreadMs),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#beats);
  }

  async #beat(checked: Checked, firstDelayMs: number): Promise<void> {
    const { policy, clock } = this.#options;
    const { signal } = this.#abort;
    let delayMs = firstDelayMs;
    for (;;) {
      await sleep(clock, delayMs, signal);
      if (signal.aborted) return;
      await this.#check(checked);
      delayMs = policy.intervalMs * (1 + policy.jitter * (2 * this.#random() - 1));
    }
  }

  async #check({ service, probe }: Checked): Promise<void> {
    const { policy, clock, late, onFailure } = this.#options;
    const { signal } = this.#abort;
    const check = new AbortController();
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    const stop = () => {
      check.abort();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      const work = Promise.race([probe(check.signal), stopped]);
      await withDeadline(work, policy.deadlineMs, clock, () => late(service));
      if (!signal.aborted) service.probeSucceeded();
    } catch (error) {
      if (signal.aborted) return;
      service.probeFailed(error);
      onFailure(service, error);
    } finally {
      signal.removeEventListener('abort', stop);
      check.abort();
    }
  }
}

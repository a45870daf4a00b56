import { sleep, type Clock } from '../../../base/lib/clock.ts';
import type { Logger } from '../../../base/lib/logger.ts';
import { ProviderError } from '../provider-error.ts';
import { AttemptScope } from './attempt-scope.ts';
import type { HealthPolicy } from './policy.ts';
import type { ProviderHealth } from './provider-health.ts';

/** A provider that can be probed without being used. */
export interface ProbeTarget {
  readonly health: ProviderHealth;
  /** Rejects if it could not serve now. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
}

export interface HealthMonitorOptions {
  readonly targets: readonly ProbeTarget[];
  readonly policy: HealthPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 inclusive to 1 exclusive. */
  readonly random?: () => number;
}

/**
 * Probes every provider in turn, each at its own times: never two probes of one provider at once,
 * and all of them spread over the interval instead of in one burst.
 *
 * Runs until disposed of, which ends within the turn of the event loop.
 */
export class HealthMonitor implements AsyncDisposable {
  readonly #options: HealthMonitorOptions;
  readonly #random: () => number;
  readonly #abort = new AbortController();
  readonly #loops: readonly Promise<void>[];

  constructor(options: HealthMonitorOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    const spreadMs = options.policy.intervalMs / Math.max(1, options.targets.length);
    this.#loops = options.targets.map((target, index) =>
      this.#probeForever(target, (index + this.#random()) * spreadMs),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#loops);
  }

  async #probeForever(target: ProbeTarget, firstDelayMs: number): Promise<void> {
    const { policy, clock } = this.#options;
    const { signal } = this.#abort;
    let delayMs = firstDelayMs;
    for (;;) {
      await sleep(clock, delayMs, signal);
      if (signal.aborted) return;
      await this.#probe(target);
      delayMs = policy.intervalMs * (1 + policy.jitter * (2 * this.#random() - 1));
    }
  }

  async #probe({ health, probe }: ProbeTarget): Promise<void> {
    const { policy, clock, logger } = this.#options;
    const { signal } = this.#abort;
    const { name: provider, stage } = health;
    const startedAtMs = clock.now();
    using scope = new AttemptScope(signal, clock);
    scope.setDeadline(
      policy.deadlineMs,
      () => new ProviderError({ provider, stage, fault: 'timeout' }),
    );
    try {
      await scope.wait(probe(scope.signal));
      health.probeSucceeded(startedAtMs);
      const durationMs = Math.round(clock.now() - startedAtMs);
      logger.debug({ provider, stage, health: health.health, durationMs }, '[HEALTH-CHECK] passed');
    } catch (err) {
      if (signal.aborted) return;
      const wasFailed = health.health === 'failed';
      health.probeFailed(err, startedAtMs);
      // An outage is one warning for each check that leads to it, not one each round for hours.
      logger[wasFailed ? 'debug' : 'warn']({ err, provider, stage }, '[HEALTH-CHECK] failed');
    }
  }
}

import { sleep, type Clock } from '../../../base/lib/clock.ts';
import type { Logger } from '../../../base/lib/logger.ts';
import type { Health } from '../provider.ts';
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

/** A log without failures would not show whether anything is checked at all. */
const SUMMARY_INTERVAL_MS = 300_000;

export interface HealthMonitorOptions {
  readonly targets: readonly ProbeTarget[];
  /** What the summary speaks of, if not of these alone: some cannot be probed. */
  readonly watched?: readonly ProviderHealth[];
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
  /** Since the last summary. */
  #checks = 0;
  #failedChecks = 0;

  constructor(options: HealthMonitorOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    const spreadMs = options.policy.intervalMs / Math.max(1, options.targets.length);
    const loops = options.targets.map((target, index) =>
      this.#probeForever(target, (index + this.#random()) * spreadMs),
    );
    this.#loops = loops.length === 0 ? [] : [...loops, this.#summariseForever()];
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

  async #summariseForever(): Promise<void> {
    const { targets, clock, logger } = this.#options;
    const { watched = targets.map(({ health }) => health) } = this.#options;
    const { signal } = this.#abort;
    for (;;) {
      await sleep(clock, SUMMARY_INTERVAL_MS, signal);
      if (signal.aborted) return;
      const services: Record<string, Health> = {};
      for (const { stage, name, health } of watched) services[`${stage}:${name}`] = health;
      const [checks, failedChecks] = [this.#checks, this.#failedChecks];
      this.#checks = this.#failedChecks = 0;
      logger.info({ services, checks, failedChecks }, '[HEALTH-CHECK] summary of five minutes');
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
      this.#checks++;
      health.probeSucceeded(startedAtMs);
      const durationMs = Math.round(clock.now() - startedAtMs);
      logger.debug({ provider, stage, health: health.health, durationMs }, '[HEALTH-CHECK] passed');
    } catch (err) {
      if (signal.aborted) return;
      this.#checks++;
      this.#failedChecks++;
      const wasFailed = health.health === 'failed';
      health.probeFailed(err, startedAtMs);
      // An outage is one warning for each check that leads to it, not one each round for hours.
      logger[wasFailed ? 'debug' : 'warn']({ err, provider, stage }, '[HEALTH-CHECK] failed');
    }
  }
}

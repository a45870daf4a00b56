import { ParleyError, type ErrorCode } from '@parley/shared';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { activeName, Walk, type Candidate } from './candidates.ts';
import type { ResiliencePolicy } from './policy.ts';
import { Service } from './service.ts';
import { BROWSER } from '../provider.ts';
import type { Failover, Provider, Stage } from '../provider.ts';

export interface StageOptions<P extends Provider> {
  readonly stage: Stage;
  /** In order of preference. */
  readonly providers: readonly P[];
  readonly policy: ResiliencePolicy;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Share of a stage's deadline that the candidates divide among themselves. The rest is for the
 * last one's error to arrive before the caller's own deadline does.
 */
const USABLE_SHARE = 0.95;

/** The candidates of one stage and what they have in common. */
export class StageCandidates<P extends Provider> {
  readonly stage: Stage;
  readonly policy: ResiliencePolicy;
  readonly clock: Clock;
  readonly candidates: readonly Candidate<P>[];
  readonly #logger: Logger;

  constructor({ stage, providers, policy, clock, logger }: StageOptions<P>) {
    this.stage = stage;
    this.policy = policy;
    this.clock = clock;
    this.#logger = logger;
    this.candidates = providers.map((provider) => {
      const { name } = provider;
      const hasProbe = provider.probe !== undefined;
      const service =
        name === BROWSER
          ? undefined
          : new Service({
              stage,
              name,
              hasProbe,
              policy: policy.breaker,
              clock,
              onListenerError: (err) => logger.error({ err, stage, name }, 'a listener failed'),
            });
      return { name, provider, service };
    });
  }

  /** A provider's name, `browser`, or `none`. */
  get active(): string {
    return activeName(this.candidates);
  }

  walk(onFailover: ((failover: Failover) => void) | undefined): Walk<P> {
    const { stage, candidates, clock } = this;
    return new Walk({
      stage,
      candidates,
      retry: this.policy.retry,
      clock,
      onFailover: (from, to, reason) => {
        this.#logger.warn({ stage, from, to, reason }, 'another provider takes over');
        onFailover?.({ stage, from, to, reason });
      },
    });
  }

  /**
   * How long an attempt may go on, so that everyone left still gets a turn. Where there never was
   * anyone else, it has all the time there is: giving up early would help nobody.
   *
   * @param attemptMs - what it would get if there were time enough
   * @param stageMs - the stage's deadline
   * @param sinceMs - when the stage's deadline began to run
   */
  budgetMs(attemptMs: number, stageMs: number, sinceMs: number, left: number): number {
    const remainingMs = stageMs * USABLE_SHARE - (this.clock.now() - sinceMs);
    const isAlone = this.candidates.length === 1;
    return Math.max(0, isAlone ? remainingMs : Math.min(attemptMs, remainingMs / left));
  }

  readonly late = (): ParleyError => new ParleyError(`${this.stage}_timeout` satisfies ErrorCode);

  /** The stream ended as if all were well, but the work was not done. */
  readonly cutShort = (): ParleyError =>
    new ParleyError(`${this.stage}_failed` satisfies ErrorCode);

  /**
   * Opens ahead of need the one who works now, and a little later the one who would be next; again
   * when these are others. What was opened stays so until the end.
   */
  prepare(): () => void {
    const releases = new Map<Candidate<P>, (() => void) | undefined>();
    const open = (candidate: Candidate<P> | undefined) => {
      if (candidate === undefined || releases.has(candidate)) return;
      releases.set(candidate, candidate.provider.prepare?.());
    };
    let planned: Candidate<P> | undefined;
    let cancelSecond = () => {};
    const follow = () => {
      const [first, second] = this.candidates.filter(({ service }) => service?.isUsable === true);
      open(first);
      if (second === planned) return;
      planned = second;
      cancelSecond();
      if (second?.provider.prepare === undefined || releases.has(second)) return;
      cancelSecond = this.clock.after(this.policy.prepareSecondMs, () => open(second));
    };
    follow();
    const ends = this.candidates.flatMap(({ service }) => service?.subscribe(follow) ?? []);
    return () => {
      for (const end of ends) end();
      cancelSecond();
      for (const release of releases.values()) release?.();
      releases.clear();
    };
  }
}

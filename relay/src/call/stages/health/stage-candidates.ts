import { ParleyError, type Stage } from '@parley/shared';
import type { Clock } from '../../../base/lib/clock.ts';
import { actedMs } from '../../../base/lib/deadline.ts';
import { aheadOfNeed, presentTrace } from '../../../base/lib/error-boundary.ts';
import type { Logger } from '../../../base/lib/logger.ts';
import type { UsePurpose } from '../../../people/metering/ledger.ts';
import {
  BROWSER,
  type FailoverObserver,
  type Provider,
  type ProviderUse,
  type ReportUse,
} from '../provider.ts';
import { knowsLanguage, languagesOfAll, type Languages } from '../languages.ts';
import { activeName, Attempts, type Candidate } from './attempts.ts';
import type { ResiliencePolicy } from './policy.ts';
import { ProviderHealth } from './provider-health.ts';

export interface StageOptions<P extends Provider> {
  readonly stage: Stage;
  /** In order of preference. */
  readonly providers: readonly P[];
  readonly policy: ResiliencePolicy;
  /** Called with what is used for no call: by the relay itself. */
  readonly onOwnUse?: ((use: ProviderUse) => void) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Share of a stage's deadline that the candidates divide among themselves; the rest is margin. */
const USABLE_SHARE = 0.95;

/** The candidates of one stage and what they have in common. */
export class StageCandidates<P extends Provider> {
  readonly stage: Stage;
  readonly policy: ResiliencePolicy;
  readonly clock: Clock;
  readonly candidates: readonly Candidate<P>[];
  readonly #options: StageOptions<P>;
  readonly #onOwnUse: (use: ProviderUse) => void;
  readonly #logger: Logger;

  /** @param candidates - those of other `StageCandidates`, whose health they share */
  constructor(options: StageOptions<P>, candidates = candidatesOf(options)) {
    const { stage, policy, onOwnUse, clock, logger } = options;
    this.#options = options;
    this.stage = stage;
    this.policy = policy;
    this.#onOwnUse = onOwnUse ?? (() => {});
    this.clock = clock;
    this.candidates = candidates;
    this.#logger = logger;
  }

  /** Only these of its candidates, in this order. */
  arranged(names: readonly string[]): StageCandidates<P> {
    const byName = new Map(this.candidates.map((candidate) => [candidate.name, candidate]));
    return new StageCandidates(
      this.#options,
      names.flatMap((name) => byName.get(name) ?? []),
    );
  }

  /** The languages that all its own providers know; the browser is for when they fail. */
  get languages(): Languages {
    const own = this.candidates.filter(({ health }) => health !== undefined);
    return own.length === 0
      ? undefined
      : languagesOfAll(own.map(({ provider }) => provider.languages));
  }

  /** @param language - BCP 47; undefined: any @returns a provider's name, `browser`, or `none` */
  active(language?: string): string {
    return activeName(this.knowing(language));
  }

  /** @param language - BCP 47; undefined: any */
  knowing(language: string | undefined): readonly Candidate<P>[] {
    if (language === undefined) return this.candidates;
    return this.candidates.filter(({ provider }) => knowsLanguage(provider.languages, language));
  }

  /** For one request. @param language - BCP 47: candidates that do not know it are skipped */
  attempts(observer: FailoverObserver, language?: string): Attempts<P> {
    const { stage, clock } = this;
    const { caller, turnId, logger, onFailover, onAttempt } = observer;
    const candidates = this.knowing(language);
    return new Attempts({
      stage,
      candidates,
      retry: this.policy.retry,
      clock,
      caller,
      onAttempt,
      onFailover: (failover, cause) => {
        const { kind: fault, status, note } = cause;
        const fields = { ...logger?.bindings(), turnId, ...failover, fault, status, note };
        this.#logger.warn(fields, 'provider failover');
        onFailover?.(failover);
      },
    });
  }

  /** @returns a function that informs `observer` of a provider's use for its request */
  reporterOf(
    provider: string,
    { onUsed }: Pick<FailoverObserver, 'onUsed'>,
    purpose: UsePurpose = 'turn',
  ): ReportUse {
    const { stage } = this;
    return ({ model, units, isEstimated = false, isSpeculative = false }) => {
      const use = { stage, provider, model, units, isEstimated };
      if (onUsed === undefined) this.#onOwnUse({ ...use, purpose: 'probe' });
      else onUsed({ ...use, purpose: isSpeculative ? 'speculation' : purpose });
    };
  }

  /**
   * How long an attempt may go on, so that every candidate left still gets one. If the stage has
   * a single candidate, that has all the time there is: giving up early would not help.
   *
   * @param attemptMs - what it would get if there were time enough
   * @param stageMs - the stage's deadline
   * @param sinceMs - when the stage's deadline began to run
   */
  budgetMs(attemptMs: number, stageMs: number, sinceMs: number, remaining: number): number {
    const elapsedMs = actedMs(this.clock, sinceMs);
    const isAlone = this.candidates.length === 1;
    const shareMs = (stageMs * USABLE_SHARE - elapsedMs) / remaining;
    return Math.max(0, isAlone ? stageMs - elapsedMs : Math.min(attemptMs, shareMs));
  }

  readonly timeoutError = (): ParleyError => new ParleyError(`${this.stage}_timeout`);

  /** The stream ended as if all were well, but the work was not done: there may have been none. */
  readonly endedEarlyError = (): ParleyError =>
    new ParleyError(`${this.stage}_failed`, { cause: 'ended early' });

  /**
   * Opens ahead of need the candidate that is used now, and a little later the one that would be
   * next; again when these are others. Opened candidates stay open until the end.
   *
   * @param language - the call's, BCP 47
   */
  prepare(language?: string): () => void {
    const releases = new Map<Candidate<P>, (() => void) | undefined>();
    // A failure in another call may be what makes a candidate the next one.
    const traceparent = presentTrace();
    const open = (candidate: Candidate<P> | undefined) => {
      if (candidate === undefined || releases.has(candidate)) return;
      const release = aheadOfNeed(traceparent, () => candidate.provider.prepare?.(language));
      releases.set(candidate, release);
    };
    let planned: Candidate<P> | undefined;
    let cancelSecond = () => {};
    const candidates = this.knowing(language);
    const update = () => {
      const [first, second] = candidates.filter(({ health }) => health?.isUsable === true);
      open(first);
      if (second === planned) return;
      planned = second;
      cancelSecond();
      if (second?.provider.prepare === undefined || releases.has(second)) return;
      cancelSecond = this.clock.after(this.policy.prepareSecondMs, () => open(second));
    };
    update();
    const unsubscribes = candidates.flatMap(({ health }) => health?.subscribe(update) ?? []);
    return () => {
      for (const unsubscribe of unsubscribes) unsubscribe();
      cancelSecond();
      for (const release of releases.values()) release?.();
      releases.clear();
    };
  }
}

function candidatesOf<P extends Provider>(options: StageOptions<P>): readonly Candidate<P>[] {
  const { stage, providers, policy, clock, logger } = options;
  return providers.map((provider) => {
    const { name } = provider;
    if (name === BROWSER) return { name, provider, health: undefined };
    const health = new ProviderHealth({
      stage,
      name,
      policy: policy.breaker,
      clock,
      onListenerError: (err) => logger.error({ err, stage, name }, 'health listener failed'),
    });
    return { name, provider, health };
  });
}

import { ParleyError, type ErrorCode, type Stage } from '@parley/shared';
import type { Clock } from '../../../base/lib/clock.ts';
import { NO_PROVIDER, type Failover, type FailoverObserver } from '../provider.ts';
import type { Fault } from '../provider-error.ts';
import type { RetryPolicy } from './policy.ts';
import type { Permit, ProviderHealth } from './provider-health.ts';

export interface Candidate<P> {
  readonly name: string;
  readonly provider: P;
  /** undefined: the browser does the work; no request ever goes there from the relay. */
  readonly health: ProviderHealth | undefined;
}

/** One request to one candidate. */
export interface Attempt<P> extends Permit {
  readonly candidate: Candidate<P>;
  readonly startedAtMs: number;
}

export interface AttemptsOptions<P> extends Omit<FailoverObserver, 'onFailover'> {
  /** @param cause - what the one that failed did, for the log */
  readonly onFailover?: (failover: Failover, cause: Fault) => void;
  readonly stage: Stage;
  readonly candidates: readonly Candidate<P>[];
  readonly retry: RetryPolicy;
  readonly clock: Clock;
}

export interface RetryConditions {
  /** false: part of the work cannot be repeated, so that the same candidate is not retried. */
  readonly isRepeatable?: boolean;
  /** The same candidate is asked once more if there is no other, however late it failed. */
  readonly isStalled?: boolean;
  /** Since when the person waits, if later than the attempt began. */
  readonly waitingSinceMs?: number;
}

/**
 * The attempts of one request, down the list of candidates: retry, mark as failed, next. Candidates
 * whose breaker is open are skipped without a request; each gets one attempt, and the last one that
 * is left a second if the first failed fast.
 */
export class Attempts<P> {
  readonly #options: AttemptsOptions<P>;
  #index = 0;
  #hasRetried = false;
  #lastError: unknown;

  constructor(options: AttemptsOptions<P>) {
    this.#options = options;
  }

  /** @returns undefined if no candidate is usable: nothing has changed, so no failover is reported */
  first(): Attempt<P> | undefined {
    return this.#nextUsable();
  }

  /**
   * Records the failure, and decides which candidate goes on: the same again, or the next.
   *
   * @returns undefined if none is left: throw `exhausted()`
   */
  next(
    failed: Attempt<P>,
    error: unknown,
    conditions: RetryConditions = {},
  ): Attempt<P> | undefined {
    this.#lastError = error;
    const fault = failed.failed(error);
    const retry = this.#mayRetry(failed, fault, conditions)
      ? this.#begin(failed.candidate)
      : undefined;
    if (retry !== undefined) {
      this.#hasRetried = true;
      return retry;
    }
    this.#index++;
    this.#hasRetried = false;
    const next = this.#nextUsable();
    const to = next?.candidate.name ?? this.#current?.name ?? NO_PROVIDER;
    const { stage, onFailover } = this.#options;
    onFailover?.({ stage, from: failed.candidate.name, to, reason: fault.code }, fault);
    return next;
  }

  /**
   * The next usable candidate, to be asked beside those that are still at work.
   *
   * @param isSuitable - the candidates from the first unsuitable one on are left for a failure
   * @returns undefined if there is none: nothing has changed
   */
  beside(isSuitable: (provider: P) => boolean): Attempt<P> | undefined {
    for (let index = this.#index + 1; ; index++) {
      const candidate = this.#options.candidates[index];
      if (candidate?.health === undefined || !isSuitable(candidate.provider)) return undefined;
      const attempt = this.#begin(candidate);
      if (attempt === undefined) continue;
      this.#index = index;
      this.#hasRetried = false;
      return attempt;
    }
  }

  /** Records the failure of one while `other`, which was asked beside it, goes on. */
  overtaken(failed: Attempt<P>, error: unknown, other: Attempt<P>): void {
    this.#lastError = error;
    const fault = failed.failed(error);
    // One that was asked only to be sure has not been relied upon yet.
    if (this.#place(failed) > this.#place(other)) return;
    const { stage, onFailover } = this.#options;
    onFailover?.(
      { stage, from: failed.candidate.name, to: other.candidate.name, reason: fault.code },
      fault,
    );
  }

  /** The error reported for all of them: the last one. */
  exhausted(): ParleyError {
    const error = this.#lastError;
    if (error instanceof ParleyError) return error;
    const code: ErrorCode = `${this.#options.stage}_failed`;
    return new ParleyError(code, error === undefined ? {} : { cause: error });
  }

  /** How many candidates are left, the present one included; at least one. */
  get remaining(): number {
    return 1 + this.#usableAfterCurrent;
  }

  #mayRetry(
    { startedAtMs }: Attempt<P>,
    fault: Fault,
    { isRepeatable = true, isStalled = false, waitingSinceMs = 0 }: RetryConditions,
  ): boolean {
    const { retry, clock } = this.#options;
    const isFast = clock.now() - Math.max(startedAtMs, waitingSinceMs) <= retry.fastMs;
    // A second request at once does not help a provider that has no room or is rate-limited.
    const isAnswered = fault.countsAgainstProvider || fault.isRequestsOwn;
    const canHelp = fault.isRetryable && isAnswered && fault.kind !== 'rate-limited';
    if (isStalled) return isRepeatable && this.#usableAfterCurrent === 0;
    const isWanted = retry.when === 'no-other-candidate' && this.#usableAfterCurrent === 0;
    return isRepeatable && canHelp && isFast && !this.#hasRetried && isWanted;
  }

  #place({ candidate }: Attempt<P>): number {
    return this.#options.candidates.indexOf(candidate);
  }

  get #current(): Candidate<P> | undefined {
    return this.#options.candidates[this.#index];
  }

  get #usableAfterCurrent(): number {
    const after = this.#options.candidates.slice(this.#index + 1);
    return after.filter(({ health }) => health?.isUsable === true).length;
  }

  /** Goes on to the first candidate that gives a permit; stops at the browser. */
  #nextUsable(): Attempt<P> | undefined {
    for (; ; this.#index++) {
      if (this.#current?.health === undefined) return undefined;
      const attempt = this.#begin(this.#current);
      if (attempt !== undefined) return attempt;
    }
  }

  #begin(candidate: Candidate<P>): Attempt<P> | undefined {
    const { stage, clock, onAttempt, caller } = this.#options;
    const startedAtMs = clock.now();
    const permit = candidate.health?.acquire(
      (outcome, fault) =>
        onAttempt?.({
          stage,
          provider: candidate.name,
          outcome,
          durationMs: clock.now() - startedAtMs,
          fault: fault?.kind ?? null,
        }),
      caller,
    );
    return permit && { ...permit, candidate, startedAtMs };
  }
}

/**
 * The provider that a request which begins now goes to: the first that works; if none does, the
 * first that is half-open.
 *
 * Being half-open alone does not bring a failed provider back while another one works: people would
 * hear of a recovery that may not be one.
 *
 * @returns a provider's name, `browser`, or `none`
 */
export function activeName<P>(candidates: readonly Candidate<P>[]): string {
  let halfOpen: string | undefined;
  for (const { name, health } of candidates) {
    if (health === undefined) return halfOpen ?? name;
    if (health.isWithinRetryAfter) continue;
    if (health.health !== 'failed') return name;
    if (health.breaker === 'half-open') halfOpen ??= name;
  }
  return halfOpen ?? NO_PROVIDER;
}

import { ParleyError, type ErrorCode } from '@parley/shared';
import type { Clock } from '../../lib/clock.ts';
import { NO_PROVIDER } from '../provider.ts';
import type { RetryPolicy } from './policy.ts';
import type { Service, Use } from './service.ts';

export interface Candidate<P> {
  readonly name: string;
  readonly provider: P;
  /** undefined: the work is done elsewhere (in the browser); nothing is ever asked of it here. */
  readonly service: Service | undefined;
}

export interface Attempt<P> {
  readonly candidate: Candidate<P>;
  readonly use: Use;
  readonly startedAtMs: number;
}

export interface WalkOptions<P> {
  readonly stage: string;
  readonly candidates: readonly Candidate<P>[];
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly onFailover: (from: string, to: string, reason: ErrorCode) => void;
}

/**
 * One request's way down the list of candidates. Candidates whose breaker is open are passed over
 * without a request; each is asked once, or twice where the first time failed fast and nothing
 * came of it.
 */
export class Walk<P> {
  readonly #options: WalkOptions<P>;
  #index = 0;
  #hasRetried = false;
  #last: unknown;

  constructor(options: WalkOptions<P>) {
    this.#options = options;
  }

  /** @returns undefined where nobody can be asked: nothing has changed, so nobody is told */
  first(): Attempt<P> | undefined {
    return this.#begin();
  }

  /**
   * Decides who goes on after a failure, and tells of it.
   *
   * @param failed - the attempt that failed; its verdict is recorded here
   * @param isUntouched - nothing was delivered by it: it may be asked again
   * @returns undefined where nobody is left: throw `exhausted()`
   */
  after(failed: Attempt<P>, error: unknown, isUntouched: boolean): Attempt<P> | undefined {
    this.#last = error;
    const fault = failed.use.failed(error);
    const { retry, clock, onFailover } = this.#options;
    const isFast = clock.now() - failed.startedAtMs <= retry.fastMs;
    // Asking again at once does not help one who has no room or wants to be asked less often.
    const isWorthIt = fault.isRetryable && fault.counts && fault.kind !== 'rate-limited';
    if (isUntouched && isWorthIt && isFast && !this.#hasRetried && this.#wantsRetry()) {
      const use = failed.candidate.service?.begin();
      if (use !== undefined) {
        this.#hasRetried = true;
        return { ...failed, use, startedAtMs: clock.now() };
      }
    }
    this.#index++;
    this.#hasRetried = false;
    const next = this.#begin();
    const to = next?.candidate.name ?? this.#current?.name ?? NO_PROVIDER;
    onFailover(failed.candidate.name, to, fault.code);
    return next;
  }

  /** The error that stands for all of them: the last one. */
  exhausted(): ParleyError {
    if (this.#last instanceof ParleyError) return this.#last;
    const code = `${this.#options.stage}_failed` as ErrorCode;
    return new ParleyError(code, this.#last === undefined ? {} : { cause: this.#last });
  }

  /** How many may still be asked, the present one included; at least one. */
  get left(): number {
    return 1 + this.#usableAfter(this.#index).length;
  }

  #wantsRetry(): boolean {
    const { when } = this.#options.retry;
    if (when === 'always') return true;
    return when === 'no-other-candidate' && this.#usableAfter(this.#index).length === 0;
  }

  #usableAfter(index: number): readonly Candidate<P>[] {
    return this.#options.candidates
      .slice(index + 1)
      .filter(({ service }) => service?.isUsable === true);
  }

  get #current(): Candidate<P> | undefined {
    return this.#options.candidates[this.#index];
  }

  /** Goes on to the first that lets a request in; stops at one whose work is done elsewhere. */
  #begin(): Attempt<P> | undefined {
    for (; ; this.#index++) {
      const candidate = this.#current;
      if (candidate?.service === undefined) return undefined;
      const use = candidate.service.begin();
      if (use !== undefined) return { candidate, use, startedAtMs: this.#options.clock.now() };
    }
  }
}

/**
 * Who does the work of a request that begins now: the first that works; where none does, the
 * first that is due for a trial.
 *
 * A trial alone does not bring a failed provider back while another one works: people would be
 * told of a recovery that may not be one.
 */
export function activeName<P>(candidates: readonly Candidate<P>[]): string {
  for (const { name, service } of candidates) {
    if (service === undefined) {
      return firstOnTrial(candidates) ?? name;
    }
    if (service.health !== 'failed' && !service.isHeld) return name;
  }
  return firstOnTrial(candidates) ?? NO_PROVIDER;
}

function firstOnTrial<P>(candidates: readonly Candidate<P>[]): string | undefined {
  const end = candidates.findIndex(({ service }) => service === undefined);
  return candidates
    .slice(0, end < 0 ? undefined : end)
    .find(({ service }) => service?.breaker === 'half-open' && !service.isHeld)?.name;
}

import {
  ConsecutiveBreaker,
  ExponentialBackoff,
  noJitterGenerator,
  type IBackoff,
} from 'cockatiel';
import type { BreakerPolicy } from './policy.ts';

/**
 * - `closed`: requests pass
 * - `open`: none passes until the cool-down is over or a probe succeeded
 * - `half-open`: the next request is the trial; while it runs no other passes
 */
export type BreakerState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly untilMs: number; readonly backoff: IBackoff<unknown> }
  | {
      readonly kind: 'half-open';
      readonly isTrialRunning: boolean;
      readonly backoff: IBackoff<unknown>;
    };

/**
 * A circuit breaker that is told of what happened instead of running it: a stream's verdict comes
 * long after its request was let in, and nobody may wait behind somebody else's trial.
 *
 * Counting and backing off are cockatiel's strategies; its own policy object is not used because
 * it reads the wall clock and queues callers behind a running trial.
 */
export class Breaker {
  readonly #policy: BreakerPolicy;
  readonly #counter: ConsecutiveBreaker;
  #state: BreakerState = { kind: 'closed' };
  /** How many of those counted were probes: a probe that goes well takes them back, no others. */
  #probeFailures = 0;
  #lastFailureAtMs = Number.NEGATIVE_INFINITY;

  constructor(policy: BreakerPolicy) {
    this.#policy = policy;
    this.#counter = new ConsecutiveBreaker(policy.failuresToOpen);
  }

  /** Failures since anything went well; what lies long back does not count. */
  consecutiveFailures(nowMs: number): number {
    const isOld = nowMs - this.#lastFailureAtMs > this.#policy.recentMs;
    return isOld && this.#state.kind === 'closed' ? 0 : this.#counter.state;
  }

  /** @param nowMs - on the clock all instants here are on */
  state(nowMs: number): BreakerState {
    const state = this.#state;
    if (state.kind !== 'open' || nowMs < state.untilMs) return state;
    return { kind: 'half-open', isTrialRunning: false, backoff: state.backoff };
  }

  mayPass(nowMs: number): boolean {
    const state = this.state(nowMs);
    return state.kind === 'closed' || (state.kind === 'half-open' && !state.isTrialRunning);
  }

  /** A request is let in. @returns whether it is the trial */
  enter(nowMs: number): boolean {
    const state = this.state(nowMs);
    if (state.kind !== 'half-open') return false;
    this.#state = { ...state, isTrialRunning: true };
    return true;
  }

  /**
   * A real request went well.
   *
   * @param isTrial - what `enter` said of it. One that was let in before the breaker opened proves
   *   no more than a probe does
   */
  succeeded(isTrial: boolean): void {
    if (this.#state.kind !== 'closed' && !isTrial) {
      this.#lift();
      return;
    }
    this.#forget();
    this.#state = { kind: 'closed' };
  }

  /** @param isTrial - what `enter` said of this request; a failure that is none */
  failed(isTrial: boolean, nowMs: number): void {
    const isFull = this.#count(nowMs);
    const state = this.state(nowMs);
    switch (state.kind) {
      case 'closed':
        if (isFull) this.#open(this.#firstBackoff(), nowMs);
        return;
      case 'half-open':
        // One that was let in before it opened says nothing new while a trial is on its way.
        if (isTrial || !state.isTrialRunning) this.#open(state.backoff.next(undefined), nowMs);
        return;
      case 'open':
        return;
    }
  }

  /** The trial was broken off without a verdict: the next request is the trial. */
  abandoned(isTrial: boolean): void {
    if (isTrial && this.#state.kind === 'half-open') {
      this.#state = { ...this.#state, isTrialRunning: false };
    }
  }

  probeSucceeded(): void {
    this.#counter.state -= this.#probeFailures;
    this.#probeFailures = 0;
    this.#lift();
  }

  /** Counts like a failed request; where it is open, nobody's request is the trial for a while. */
  probeFailed(nowMs: number): void {
    const state = this.state(nowMs);
    if (state.kind === 'closed') {
      this.failed(false, nowMs);
      this.#probeFailures++;
    } else if (state.kind === 'open' || !state.isTrialRunning) {
      // Longer than until the next probe: it is for the probe to say when things are better.
      const untilMs = nowMs + 2 * this.#policy.coolDownMs;
      const openUntilMs = state.kind === 'open' ? state.untilMs : untilMs;
      this.#state = {
        kind: 'open',
        untilMs: Math.max(untilMs, openUntilMs),
        backoff: state.backoff,
      };
    }
  }

  #lift(): void {
    if (this.#state.kind !== 'open') return;
    this.#state = { kind: 'half-open', isTrialRunning: false, backoff: this.#state.backoff };
  }

  /** @returns whether it was one too many */
  #count(nowMs: number): boolean {
    if (this.consecutiveFailures(nowMs) === 0) this.#forget();
    this.#lastFailureAtMs = nowMs;
    return this.#counter.failure();
  }

  #forget(): void {
    this.#counter.success();
    this.#probeFailures = 0;
  }

  #firstBackoff(): IBackoff<unknown> {
    return new ExponentialBackoff({
      generator: noJitterGenerator,
      initialDelay: this.#policy.coolDownMs,
      maxDelay: this.#policy.maxCoolDownMs,
    }).next();
  }

  #open(backoff: IBackoff<unknown>, nowMs: number): void {
    this.#state = { kind: 'open', untilMs: nowMs + backoff.duration, backoff };
  }
}

import type { BreakerPolicy } from './policy.ts';

/**
 * - `closed`: requests pass; failures in a row are counted
 * - `open`: none passes until the cool-down is over or a probe succeeded
 * - `half-open`: one request passes as the trial; while it runs, for at most ten seconds, no other does
 */
export type BreakerState =
  | {
      readonly kind: 'closed';
      readonly failures: number;
      /** How many of them were probes: a probe that succeeds takes these back, no others. */
      readonly probeFailures: number;
      readonly lastFailureAtMs: number;
    }
  | ({ readonly kind: 'open'; readonly untilMs: number } & Outage)
  | ({
      readonly kind: 'half-open';
      /** Until when the trial is waited for; 0: none runs. */
      readonly trialUntilMs: number;
    } & Outage);

interface Outage {
  readonly coolDownMs: number;
  /** Probes failed in it too: a probe that succeeds ends it, without a request as the trial. */
  readonly isSeenByProbes: boolean;
  /** Probes that succeeded in a row since. */
  readonly probeSuccesses: number;
}

/**
 * So many probes in a row that succeed let requests through again after an outage that probes never
 * saw: the next failure opens the breaker at once.
 */
const PROBES_TO_CLOSE = 3;

/** A caller may make a request last, and must not keep the provider from all others by it. */
const LONGEST_TRIAL_MS = 10_000;

const CLOSED: BreakerState = { kind: 'closed', failures: 0, probeFailures: 0, lastFailureAtMs: 0 };

/**
 * A circuit breaker that gets verdicts instead of running the requests: a stream's verdict comes long
 * after its request was let in, and no request may queue behind the trial of another.
 */
export class CircuitBreaker {
  readonly #policy: BreakerPolicy;
  readonly #nowMs: () => number;
  #state: BreakerState = CLOSED;

  /** @param nowMs - the monotonic clock that all instants here are on */
  constructor(policy: BreakerPolicy, nowMs: () => number) {
    this.#policy = policy;
    this.#nowMs = nowMs;
  }

  /** As it is now: time alone ends a cool-down and forgets old failures. */
  get state(): BreakerState {
    const state = this.#state;
    const nowMs = this.#nowMs();
    if (state.kind === 'open' && nowMs >= state.untilMs) {
      return halfOpen(state);
    }
    const isForgotten =
      state.kind === 'closed' && nowMs - state.lastFailureAtMs > this.#policy.recentMs;
    return isForgotten ? CLOSED : state;
  }

  get mayPass(): boolean {
    const { kind } = this.state;
    return kind === 'closed' || (kind === 'half-open' && !this.#isTrialRunning);
  }

  /** A request is let in. @returns whether it is the trial */
  enter(): boolean {
    const { state } = this;
    if (state.kind !== 'half-open') return false;
    this.#state = { ...state, trialUntilMs: this.#nowMs() + LONGEST_TRIAL_MS };
    return true;
  }

  /**
   * @param isTrial - what `enter` said of this request. One that was let in before the breaker
   *   opened proves no more than a probe does
   */
  succeeded(isTrial: boolean): void {
    const { state } = this;
    if (isTrial || state.kind === 'closed') this.#state = CLOSED;
    else if (state.kind === 'open') this.#state = halfOpen(state);
  }

  /** @param isTrial - what `enter` said of this request */
  failed(isTrial: boolean): void {
    const { state } = this;
    if (state.kind === 'closed') {
      this.#count(state, 0);
    } else if (state.kind === 'half-open' && (isTrial || !this.#isTrialRunning)) {
      // One that was let in before it opened says nothing new while a trial is on its way.
      this.#open(Math.min(2 * state.coolDownMs, this.#policy.maxCoolDownMs), false);
    }
  }

  /** The trial was broken off without a verdict: the next request is the trial. */
  abandoned(isTrial: boolean): void {
    if (isTrial && this.#state.kind === 'half-open') {
      this.#state = { ...this.#state, trialUntilMs: 0 };
    }
  }

  /** Takes back what probes counted, and ends an outage that they have seen. */
  probeSucceeded(): void {
    const { state } = this;
    if (state.kind === 'closed') {
      const failures = state.failures - state.probeFailures;
      this.#state = { ...state, failures, probeFailures: 0 };
      return;
    }
    if (this.#isTrialRunning) return;
    if (state.isSeenByProbes) {
      this.#state = CLOSED;
      return;
    }
    const probeSuccesses = state.probeSuccesses + 1;
    if (probeSuccesses < PROBES_TO_CLOSE) {
      this.#state = { ...halfOpen(state), probeSuccesses };
      return;
    }
    const failures = this.#policy.failuresToOpen - 1;
    this.#state = { kind: 'closed', failures, probeFailures: 0, lastFailureAtMs: this.#nowMs() };
  }

  /** Counts like a failed request; if the breaker is open, it stays so until well after the next probe. */
  probeFailed(): void {
    if (this.state.kind === 'closed') this.#count(this.state, 1);
    const { state } = this;
    if (state.kind === 'closed' || this.#isTrialRunning) return;
    const untilMs = this.#nowMs() + 2 * this.#policy.coolDownMs;
    this.#state = {
      kind: 'open',
      untilMs: state.kind === 'open' ? Math.max(untilMs, state.untilMs) : untilMs,
      coolDownMs: state.coolDownMs,
      isSeenByProbes: true,
      probeSuccesses: 0,
    };
  }

  get #isTrialRunning(): boolean {
    return this.#state.kind === 'half-open' && this.#nowMs() < this.#state.trialUntilMs;
  }

  #count(state: BreakerState & { readonly kind: 'closed' }, probes: number): void {
    const failures = state.failures + 1;
    const probeFailures = state.probeFailures + probes;
    if (failures >= this.#policy.failuresToOpen) {
      return this.#open(this.#policy.coolDownMs, probeFailures > 0);
    }
    this.#state = { kind: 'closed', failures, probeFailures, lastFailureAtMs: this.#nowMs() };
  }

  #open(coolDownMs: number, isSeenByProbes: boolean): void {
    const untilMs = this.#nowMs() + coolDownMs;
    this.#state = { kind: 'open', untilMs, coolDownMs, isSeenByProbes, probeSuccesses: 0 };
  }
}

function halfOpen({ coolDownMs, isSeenByProbes, probeSuccesses }: Outage) {
  return {
    kind: 'half-open',
    trialUntilMs: 0,
    coolDownMs,
    isSeenByProbes,
    probeSuccesses,
  } as const;
}

import type { Stage } from '@parley/shared';
import type { Clock } from '../../../base/lib/clock.ts';
import type { Health, ProviderAttempt, ProviderStatus } from '../provider.ts';
import { faultOf, type Fault } from '../provider-error.ts';
import { CircuitBreaker, type BreakerState } from './circuit-breaker.ts';
import type { BreakerPolicy } from './policy.ts';

/** Faults that a provider itself reported: they are its own, however late we were. */
const TOLD: ReadonlySet<string> = new Set([
  'unauthorized',
  'rate-limited',
  'overloaded',
  'rejected',
  'malformed',
]);

/** How long before a request a stall still explains its failure: sockets were not kept alive. */
const AFTERMATH_MS = 2_000;

/** Share of the time that must have been lost, so that a pause for garbage excuses no provider. */
const EXCUSING_SHARE = 0.1;
/** A connection may be closed after this long for what its caller neither sent nor read in time. */
const NEGLECT_MS = 5_000;

/** A request that was let in. Exactly one verdict counts; later ones are ignored. */
export interface Permit {
  succeeded(): void;
  failed(error: unknown): Fault;
  /** The provider works so far. Ends a trial: other requests need not wait for the verdict. */
  proved(): void;
  /** Broken off by the caller: says nothing about the provider. */
  abandoned(): void;
}

type Verdict = ProviderAttempt['outcome'];

export interface ProviderHealthOptions {
  readonly stage: Stage;
  readonly name: string;
  readonly policy: BreakerPolicy;
  readonly clock: Clock;
  /** A listener that throws disturbs neither the others nor the request. */
  readonly onListenerError?: (error: unknown) => void;
}

/** How one provider of one stage is doing, and whether a request may go there now. */
export class ProviderHealth {
  readonly stage: Stage;
  readonly name: string;
  readonly #options: ProviderHealthOptions;
  readonly #listeners = new Set<() => void>();
  readonly #refused: RefusedCallers;
  #breaker: CircuitBreaker;
  #retryAfterEndsAtMs = 0;
  #requests = 0;
  #failures = 0;
  #failuresInARow = 0;
  #lastSuccessAtMs: number | undefined;
  #lastCheck: Pick<ProviderStatus, 'lastCheckAtMs' | 'probeMs'> = {};
  #lastFailure: Pick<ProviderStatus, 'lastFault' | 'lastFailureAtMs'> = {};
  #published: string;
  #cancelChange: () => void = () => {};
  #isDisposed = false;

  constructor(options: ProviderHealthOptions) {
    this.stage = options.stage;
    this.name = options.name;
    this.#options = options;
    this.#refused = new RefusedCallers(options.policy, () => this.#nowMs);
    this.#breaker = this.#newBreaker();
    this.#published = this.#summary;
  }

  get health(): Health {
    const { state } = this.#breaker;
    if (state.kind !== 'closed') return 'failed';
    return state.failures === 0 ? 'healthy' : 'degraded';
  }

  get breaker(): BreakerState['kind'] {
    return this.#breaker.state.kind;
  }

  /** Whether a request may go there now; asking costs nothing and changes nothing. */
  get isUsable(): boolean {
    return !this.isWithinRetryAfter && this.#breaker.mayPass;
  }

  /** Whether the provider has asked for no requests for the moment. */
  get isWithinRetryAfter(): boolean {
    return this.#nowMs < this.#retryAfterEndsAtMs;
  }

  /**
   * @param onVerdict - called once, when the verdict is in
   * @param caller - whose request it is; undefined: the relay's own, which holds nothing of a caller's
   * @returns undefined if no request may go there now
   */
  acquire(
    onVerdict?: (verdict: Verdict, fault: Fault | undefined) => void,
    caller?: string,
  ): Permit | undefined {
    if (!this.isUsable) return undefined;
    this.#requests++;
    const startedAtMs = this.#nowMs;
    const breaker = this.#breaker;
    let isTrial = breaker.enter();
    let isPending = true;
    const settle = (verdict: Verdict, fault?: Fault) => {
      if (!isPending) return;
      isPending = false;
      onVerdict?.(verdict, fault);
      // After a reset by hand, a request from before it does not count.
      if (breaker !== this.#breaker) return;
      if (verdict === 'succeeded') {
        breaker.succeeded(isTrial);
        this.#refused.clear();
        this.#worked();
      } else if (fault !== undefined && this.#counts(fault, caller, startedAtMs)) {
        this.#record(fault);
        breaker.failed(isTrial);
      } else {
        breaker.abandoned(isTrial);
      }
      this.#publish();
    };
    return {
      succeeded: () => settle('succeeded'),
      failed: (error) => {
        const fault = faultOf(error, this.stage);
        settle('failed', fault);
        return fault;
      },
      proved: () => {
        if (!isPending || !isTrial || breaker !== this.#breaker) return;
        isTrial = false;
        breaker.succeeded(true);
        this.#refused.clear();
        this.#worked();
        this.#publish();
      },
      abandoned: () => settle('abandoned'),
    };
  }

  /** @param sinceMs - when the probe began */
  probeSucceeded(sinceMs = this.#nowMs): void {
    this.#checked(sinceMs);
    this.#breaker.probeSucceeded();
    this.#worked();
    this.#publish();
  }

  /**
   * An error that says nothing about the provider changes nothing. A probe sends nothing of a
   * person's: one that is refused is wrongly configured.
   *
   * @param sinceMs - when the probe began
   */
  probeFailed(error: unknown, sinceMs = this.#nowMs): void {
    this.#checked(sinceMs);
    const fault = faultOf(error, this.stage);
    if (!this.#isProviders(fault, sinceMs)) return;
    this.#record(fault);
    this.#breaker.probeFailed();
    this.#publish();
  }

  /** By hand: as if nothing had ever gone wrong. Totals stay. */
  reset(): void {
    this.#breaker = this.#newBreaker();
    this.#refused.clear();
    this.#retryAfterEndsAtMs = 0;
    this.#failuresInARow = 0;
    this.#publish();
  }

  /** No listener is called any more. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#cancelChange();
    this.#listeners.clear();
  }

  /**
   * Calls the listener at each change of health, breaker or retry-after; a failure that is
   * forgotten with time is noticed with the next verdict. @returns its end
   */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): ProviderStatus {
    return {
      stage: this.stage,
      name: this.name,
      health: this.health,
      breaker: this.breaker,
      requests: this.#requests,
      failures: this.#failures,
      failuresInARow: this.health === 'healthy' ? 0 : this.#failuresInARow,
      ...(this.#lastSuccessAtMs !== undefined && { lastSuccessAtMs: this.#lastSuccessAtMs }),
      ...this.#lastFailure,
      ...this.#lastCheck,
    };
  }

  #counts(fault: Fault, caller: string | undefined, sinceMs: number): boolean {
    const isNeglected = fault.kind === 'closed' && this.#nowMs - sinceMs > NEGLECT_MS;
    const isCallers = (fault.isRequestsOwn || isNeglected) && caller !== undefined;
    return isCallers ? this.#refused.add(caller) : this.#isProviders(fault, sinceMs);
  }

  #isProviders(fault: Fault, sinceMs: number): boolean {
    const counts = fault.countsAgainstProvider || fault.isRequestsOwn;
    return counts && !isOwnLateness(this.#options.clock, fault, sinceMs);
  }

  #newBreaker(): CircuitBreaker {
    return new CircuitBreaker(this.#options.policy, () => this.#nowMs);
  }

  #worked(): void {
    this.#failuresInARow = 0;
    this.#lastSuccessAtMs = Date.now();
  }

  #checked(sinceMs: number): void {
    this.#lastCheck = { lastCheckAtMs: Date.now(), probeMs: this.#nowMs - sinceMs };
  }

  #record({ kind, retryAfterMs }: Fault): void {
    this.#failures++;
    this.#failuresInARow++;
    this.#lastFailure = { lastFault: kind, lastFailureAtMs: Date.now() };
    if (retryAfterMs === undefined) return;
    const waitMs = Math.min(retryAfterMs, this.#options.policy.maxRetryAfterMs);
    this.#retryAfterEndsAtMs = Math.max(this.#retryAfterEndsAtMs, this.#nowMs + waitMs);
  }

  #publish(): void {
    // A verdict may come after the end; no timer may.
    if (this.#isDisposed) return;
    this.#cancelChange();
    const { state } = this.#breaker;
    const coolDownEndsAtMs = state.kind === 'open' ? state.untilMs : 0;
    const closedMs = Math.max(this.#retryAfterEndsAtMs, coolDownEndsAtMs) - this.#nowMs;
    if (closedMs > 0) {
      // The next change comes with time alone, without a verdict that could report it.
      this.#cancelChange = this.#options.clock.after(closedMs, () => this.#publish());
    }
    // Every call has listeners: a request that succeeds as usual is not news to them.
    const summary = this.#summary;
    if (summary === this.#published) return;
    this.#published = summary;
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#options.onListenerError?.(error);
      }
    }
  }

  get #summary(): string {
    return `${this.health} ${this.breaker} ${this.isWithinRetryAfter}`;
  }

  get #nowMs(): number {
    return this.#options.clock.now();
  }
}

/**
 * Whether a request may have failed because this process was late: nothing came in time, or the
 * provider gave up a connection that it heard nothing on. Such a failure says nothing of the
 * provider's health; otherwise an overloaded relay would soon find all providers failed.
 *
 * @param sinceMs - when the request began
 */
function isOwnLateness(clock: Clock, { kind }: Fault, sinceMs: number): boolean {
  if (TOLD.has(kind)) return false;
  const fromMs = sinceMs - AFTERMATH_MS;
  return clock.lostMs(fromMs) >= EXCUSING_SHARE * (clock.now() - fromMs);
}

/**
 * The callers whose requests failed in a way to which what they hold may have led, since one
 * succeeded last. A request that is too long, or that there is nothing to answer to, is its caller's
 * own misfortune, however often it is sent; but a provider that fails one caller after the other,
 * and serves none in between, is at fault.
 */
class RefusedCallers {
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

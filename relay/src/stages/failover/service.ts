import type { Clock } from '../../lib/clock.ts';
import { Breaker, type BreakerState } from './breaker.ts';
import { faultOf, type Fault } from './fault.ts';
import type { BreakerPolicy } from './policy.ts';

/**
 * - `healthy`: the last request went well, or there was none for long
 * - `degraded`: the last one or two requests or checks failed
 * - `failed`: three in a row failed, and no request has gone well since
 */
export type Health = 'healthy' | 'degraded' | 'failed';

/** One provider in one stage, for the people who run the relay. Instants are on the wall clock. */
export interface ServiceStatus {
  readonly stage: string;
  readonly name: string;
  readonly health: Health;
  readonly breaker: BreakerState['kind'];
  readonly consecutiveFailures: number;
  readonly requests: number;
  readonly failures: number;
  /** The adapter's word for what went wrong last, e.g. `rate-limited`. */
  readonly lastFault?: string;
  /** ms since 1970. */
  readonly lastFailureAtMs?: number;
  readonly lastSuccessAtMs?: number;
  /** Whether something checks it between requests, and what the last check said. */
  readonly probe: 'none' | 'pending' | 'passed' | 'failed';
  /** No request goes there before this many ms have passed. */
  readonly retryInMs?: number;
}

/** A request that was let in. Exactly one verdict counts; later ones are ignored. */
export interface Use {
  succeeded(): void;
  failed(error: unknown): Fault;
  /** Broken off by the caller: says nothing about the provider. */
  abandoned(): void;
}

export interface ServiceOptions {
  readonly stage: string;
  readonly name: string;
  readonly hasProbe: boolean;
  readonly policy: BreakerPolicy;
  readonly clock: Clock;
  /** A listener that throws disturbs neither the others nor the request that it is told of. */
  readonly onListenerError?: (error: unknown) => void;
  /** ms since 1970, for the status alone. */
  readonly wallNow?: () => number;
}

/** How one provider of one stage is doing, and whether a request may go there now. */
export class Service {
  readonly stage: string;
  readonly name: string;
  readonly #options: ServiceOptions;
  readonly #wallNow: () => number;
  readonly #listeners = new Set<() => void>();
  #breaker: Breaker;
  #cancelChange: () => void = () => {};
  #notBeforeMs = 0;
  #requests = 0;
  #failures = 0;
  #lastFault: string | undefined;
  #lastFailureAtMs: number | undefined;
  #lastSuccessAtMs: number | undefined;
  #probe: ServiceStatus['probe'];
  #told: string;
  #isDisposed = false;

  constructor(options: ServiceOptions) {
    this.stage = options.stage;
    this.name = options.name;
    this.#options = options;
    this.#wallNow = options.wallNow ?? Date.now;
    this.#breaker = new Breaker(options.policy);
    this.#probe = options.hasProbe ? 'pending' : 'none';
    this.#told = this.#standing;
  }

  get health(): Health {
    if (this.breaker !== 'closed') return 'failed';
    return this.#breaker.consecutiveFailures(this.#nowMs) === 0 ? 'healthy' : 'degraded';
  }

  get breaker(): BreakerState['kind'] {
    return this.#breaker.state(this.#nowMs).kind;
  }

  /** Whether a request may go there now; asking costs nothing and changes nothing. */
  get isUsable(): boolean {
    return this.#nowMs >= this.#notBeforeMs && this.#breaker.mayPass(this.#nowMs);
  }

  /** Whether the provider has asked not to be asked for the moment. */
  get isHeld(): boolean {
    return this.#nowMs < this.#notBeforeMs;
  }

  /** @returns undefined where no request may go there now */
  begin(): Use | undefined {
    if (!this.isUsable) return undefined;
    this.#requests++;
    const breaker = this.#breaker;
    const isTrial = breaker.enter(this.#nowMs);
    let isOpen = true;
    const settle = (verdict: () => void) => {
      // After a reset by hand, what was on its way belongs to the time before.
      if (!isOpen || breaker !== this.#breaker) return;
      isOpen = false;
      verdict();
      this.#tell();
    };
    return {
      succeeded: () =>
        settle(() => {
          this.#lastSuccessAtMs = this.#wallNow();
          breaker.succeeded(isTrial);
        }),
      failed: (error) => {
        const fault = faultOf(error, this.stage);
        settle(() => {
          if (fault.counts) {
            this.#record(fault);
            breaker.failed(isTrial, this.#nowMs);
          } else {
            breaker.abandoned(isTrial);
          }
        });
        return fault;
      },
      abandoned: () => settle(() => breaker.abandoned(isTrial)),
    };
  }

  probeSucceeded(): void {
    this.#probe = 'passed';
    this.#breaker.probeSucceeded();
    this.#tell();
  }

  /** @returns what it says about the provider; one that says nothing changes nothing */
  probeFailed(error: unknown): Fault {
    const fault = faultOf(error, this.stage);
    if (fault.counts) {
      this.#probe = 'failed';
      this.#record(fault);
      this.#breaker.probeFailed(this.#nowMs);
      this.#tell();
    }
    return fault;
  }

  /** By hand: as if nothing had ever gone wrong. Totals stay. */
  reset(): void {
    this.#breaker = new Breaker(this.#options.policy);
    this.#notBeforeMs = 0;
    this.#tell();
  }

  /** Nobody is told of anything any more. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#cancelChange();
    this.#listeners.clear();
  }

  /**
   * Told of each change of its health, its breaker or whether it is held; a failure that is
   * forgotten with time is noticed with the next verdict. @returns its end
   */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): ServiceStatus {
    const state = this.#breaker.state(this.#nowMs);
    const closedMs = this.#closedMs;
    return {
      stage: this.stage,
      name: this.name,
      health: this.health,
      breaker: state.kind,
      consecutiveFailures: this.#breaker.consecutiveFailures(this.#nowMs),
      requests: this.#requests,
      failures: this.#failures,
      probe: this.#probe,
      ...(this.#lastFault === undefined ? {} : { lastFault: this.#lastFault }),
      ...(this.#lastFailureAtMs === undefined ? {} : { lastFailureAtMs: this.#lastFailureAtMs }),
      ...(this.#lastSuccessAtMs === undefined ? {} : { lastSuccessAtMs: this.#lastSuccessAtMs }),
      ...(closedMs <= 0 ? {} : { retryInMs: closedMs }),
    };
  }

  #record(fault: Fault): void {
    this.#failures++;
    this.#lastFault = fault.kind;
    this.#lastFailureAtMs = this.#wallNow();
    if (fault.retryAfterMs !== undefined) {
      const waitMs = Math.min(fault.retryAfterMs, this.#options.policy.maxRetryAfterMs);
      this.#notBeforeMs = Math.max(this.#notBeforeMs, this.#nowMs + waitMs);
    }
  }

  #tell(): void {
    // A verdict may come after the end; no timer may.
    if (this.#isDisposed) return;
    this.#cancelChange();
    const closedMs = this.#closedMs;
    if (closedMs > 0) {
      // Time alone changes it next, which nobody would notice otherwise.
      this.#cancelChange = this.#options.clock.after(closedMs, () => this.#tell());
    }
    // There are listeners for every call: a request that goes well as ever is no news to them.
    const standing = this.#standing;
    if (standing === this.#told) return;
    this.#told = standing;
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#options.onListenerError?.(error);
      }
    }
  }

  get #standing(): string {
    return `${this.health} ${this.breaker} ${this.isHeld}`;
  }

  /** How long no request may go there yet, as far as time alone decides it. */
  get #closedMs(): number {
    const state = this.#breaker.state(this.#nowMs);
    const untilMs = Math.max(this.#notBeforeMs, state.kind === 'open' ? state.untilMs : 0);
    return Math.max(0, untilMs - this.#nowMs);
  }

  get #nowMs(): number {
    return this.#options.clock.now();
  }
}

import type { ErrorCode, Stage } from '@parley/shared';
import type { Logger } from '../../base/lib/logger.ts';
import type { UsedUnits, UsePurpose } from '../../people/metering/ledger.ts';
import type { Languages } from './languages.ts';

/** The name by which clients know that they are to recognise or speak by themselves. */
export const BROWSER = 'browser';
/** The name for a stage without a provider that works. */
export const NO_PROVIDER = 'none';

/** Whether a stage's active name is a provider of the relay: not the browser, not `none`. */
export function isRelayProvider(active: string): boolean {
  return active !== BROWSER && active !== NO_PROVIDER;
}

/** A provider that may hold something to release. */
export type Owned<Port> = Port & Partial<AsyncDisposable>;

/** What the three ports have in common beside their work. */
export interface Provider {
  /** Name shown to people, in logs and in configuration, e.g. `deepgram-nova`. */
  readonly name: string;
  /** The provider is not asked in other languages. */
  readonly languages?: Languages;
  /**
   * The cheapest real proof that it could serve now: costs no speech and no tokens.
   *
   * @throws ProviderError
   */
  probe?(signal: AbortSignal): Promise<void>;
  /**
   * A call has begun: connections that take time to open may be opened ahead and kept warm until
   * the returned function is called. Never throws: what cannot be opened now fails when it is used.
   *
   * @param language - the call's, BCP 47; undefined: the relay's
   */
  prepare?(language?: string): () => void;
  /** Requests that wait for a thread of the relay's own. */
  waiting?(): number;
}

/** Another provider does the work of a stage from here on. */
export interface Failover {
  readonly stage: Stage;
  readonly from: string;
  /** A provider's name, `browser`, or `none` if none is left. */
  readonly to: string;
  readonly reason: ErrorCode;
}

/** One request to one provider, once it has ended. */
export interface ProviderAttempt {
  readonly stage: Stage;
  readonly provider: string;
  readonly outcome: 'succeeded' | 'failed' | 'abandoned';
  readonly durationMs: number;
  /** The adapter's word for what went wrong. */
  readonly fault: string | null;
}

/** An adapter's use for one request; reported once, also if that failed or was given up. */
export interface AdapterUse {
  /** As the price list names it. */
  readonly model: string;
  readonly units: UsedUnits;
  /** The vendor did not say how much it was. */
  readonly isEstimated?: boolean;
  /** The request was begun on a guess that the person has finished. */
  readonly isSpeculative?: boolean;
}

/** Called at the end of the use, or in the moment in which it is aborted. Never throws. */
export type ReportUse = (use: AdapterUse) => void;

/** What one attempt took of a provider. */
export interface ProviderUse {
  readonly stage: Stage;
  readonly provider: string;
  readonly model: string;
  readonly purpose: UsePurpose;
  readonly units: UsedUnits;
  readonly isEstimated: boolean;
}

/** Called with the outcome of one request to a stage. */
export interface FailoverObserver {
  /** Its fields name the session. */
  readonly logger?: Logger | undefined;
  readonly turnId?: string | undefined;
  /** Whose request it is: one person's requests have the same name, those of others have another. */
  readonly caller?: string | undefined;
  readonly onFailover?: ((failover: Failover) => void) | undefined;
  readonly onAttempt?: ((attempt: ProviderAttempt) => void) | undefined;
  /** Without it the use counts as the relay's own. */
  readonly onUsed?: ((use: ProviderUse) => void) | undefined;
}

/**
 * - `healthy`: the last request succeeded, or there was none for long
 * - `degraded`: the last one or two requests or probes failed
 * - `failed`: three in a row failed, and no request has succeeded since
 */
export type Health = 'healthy' | 'degraded' | 'failed';

/** One provider in one stage, for the operator. */
export interface ProviderStatus {
  readonly stage: Stage;
  readonly name: string;
  readonly health: Health;
  readonly breaker: 'closed' | 'open' | 'half-open';
  readonly requests: number;
  /** Of requests and probes. */
  readonly failures: number;
  /** Of requests and probes, since one succeeded or was forgotten. */
  readonly failuresInARow: number;
  /** Of a request or a probe; ms since 1970, like the others here. */
  readonly lastSuccessAtMs?: number;
  /** When the last probe ended, and how long it took. */
  readonly lastCheckAtMs?: number;
  readonly probeMs?: number;
  /** The adapter's word for what went wrong last, e.g. `rate-limited`. */
  readonly lastFault?: string;
  /** ms since 1970. */
  readonly lastFailureAtMs?: number;
}

import type { Stage } from '@parley/shared';
/** What was used of a provider; what its stage does not count is left out. */
export interface UsedUnits {
  readonly audioMs?: number;
  readonly inputTokens?: number;
  /** Among `inputTokens`. */
  readonly cachedInputTokens?: number;
  /** Among `inputTokens`, written into the vendor's cache for a price of their own. */
  readonly cacheWriteTokens?: number;
  readonly outputTokens?: number;
  readonly characters?: number;
}

/** What it was used for; `probe`: a check of the relay's own, which no user pays for. */
export type UsePurpose = 'turn' | 'speculation' | 'summary' | 'probe';

/** One use of a provider, and what it costs. Never changed once it is written. */
export interface LedgerEntry {
  readonly id: string;
  /** ms since 1970. */
  readonly atMs: number;
  /** `relay` for its own checks. */
  readonly userId: string;
  readonly plan: string;
  readonly sessionId: string | null;
  readonly turnId: string | null;
  readonly stage: Stage;
  readonly provider: string;
  readonly model: string;
  readonly purpose: UsePurpose;
  readonly units: UsedUnits;
  /** Whole millionths of a US dollar. */
  readonly microUsd: number;
  /** false: its price is not known, and a ceiling stands in for it. */
  readonly isPriced: boolean;
  /** The provider did not say how much it was. */
  readonly isEstimated: boolean;
}

/** Where entries go, in order. */
export interface LedgerSink {
  /** Returns at once and does not throw. */
  append(entry: LedgerEntry): void;
}

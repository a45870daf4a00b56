import type { Me, SessionLimits } from '@parley/shared';
import type { Identity } from '../auth/identity.ts';

/** What holds for one person: limits, money, and what is kept. */
export interface AccountTerms {
  limitsOf(identity: Identity): Me['limits'];
  spendingOf(identity: Identity): DaySpending;
  readonly storage: Me['storage'];
}

export interface DaySpending {
  readonly spentUsd: number;
  /** null: without a limit. */
  readonly leftUsd: number | null;
  /** When the next day begins, ms since 1970. */
  readonly endsAtMs: number;
}

/** The terms of a relay that counts nothing and keeps nothing. */
export function withoutLimits({ session_duration_ms }: SessionLimits): AccountTerms {
  return {
    limitsOf: () => ({
      concurrent_sessions: null,
      sessions_per_hour: null,
      session_duration_s: session_duration_ms / 1_000,
      session_usd: null,
      day_usd: null,
    }),
    spendingOf: () => ({ spentUsd: 0, leftUsd: null, endsAtMs: endOfDayMs(Date.now()) }),
    storage: { transcripts: 'off', retention_days: null, recording: false },
  };
}

/** Midnight in UTC, ms since 1970. */
function endOfDayMs(nowMs: number): number {
  const DAY_MS = 86_400_000;
  return (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;
}

import type { SessionRules } from '../../call/session/session-options.ts';
import type { RelaySettings } from '../limits/relay-settings.ts';
import type { Limiter } from '../limits/limiter.ts';
import type { Me, CloseReasonName } from '@parley/shared';
import type { Identity } from '../auth/identity.ts';
import type { Plan } from '../limits/plans.ts';
import type { Policy } from '../limits/policy.ts';
import type { Budgets } from '../metering/budgets.ts';
import { within } from '../../base/lib/error-boundary.ts';
import type { Session } from '../../call/session/session.ts';

const MICRO_PER_USD = 1_000_000;

/** What holds for one person: limits, money, and what is kept. */
export interface AccountTerms {
  limitsOf(identity: Identity): Me['limits'];
  spendingOf(identity: Identity): SpentToday;
  readonly storage: Me['storage'];
}

export interface SpentToday {
  readonly spentUsd: number;
  /** null: without a limit. */
  readonly leftUsd: number | null;
  /** When the next day begins, ms since 1970. */
  readonly endsAtMs: number;
}

/** @param budgets - undefined: the relay counts no money */
export function accountTerms(
  policy: () => Policy,
  budgets: Budgets | undefined,
  storage: Me['storage'],
): AccountTerms {
  return {
    limitsOf: ({ plan }) => limitsShown(policy().planOf(plan)),
    spendingOf(identity) {
      if (budgets === undefined) {
        return { spentUsd: 0, leftUsd: null, endsAtMs: endOfDayMs(Date.now()) };
      }
      const { spentMicroUsd, leftMicroUsd, dayEndsAtMs } = budgets.left(identity);
      return {
        spentUsd: spentMicroUsd / MICRO_PER_USD,
        leftUsd: finite(leftMicroUsd / MICRO_PER_USD),
        endsAtMs: dayEndsAtMs,
      };
    },
    storage,
  };
}

/** What of a plan a person may want to know. */
function limitsShown(plan: Plan): Me['limits'] {
  const { concurrentSessions, sessionsPerHour, sessionMs, budgets } = plan;
  return {
    concurrent_sessions: finite(concurrentSessions),
    sessions_per_hour: finite(sessionsPerHour),
    session_duration_s: sessionMs / 1_000,
    session_usd: finite(budgets.sessionMicroUsd / MICRO_PER_USD),
    day_usd: finite(budgets.dayMicroUsd / MICRO_PER_USD),
  };
}

function finite(limit: number): number | null {
  return Number.isFinite(limit) ? limit : null;
}

/** Midnight in UTC, ms since 1970. */
function endOfDayMs(nowMs: number): number {
  const DAY_MS = 86_400_000;
  return (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;
}

/**
 * Ends calls. Resolves when observers know all that happened in them, which takes ten seconds at
 * the most: what is deleted before that would be written again.
 */
export async function endCalls(calls: readonly Session[], reason: CloseReasonName): Promise<void> {
  for (const call of calls) within(call, () => call.close(reason));
  await Promise.all(calls.map(({ ended }) => ended));
}

/** What callers may do in a session by their plan, as it is at this moment. */
export function sessionRules(
  settings: Pick<RelaySettings, 'policy'>,
  limiter: Pick<Limiter, 'takeTurn'>,
): SessionRules {
  const planOf = ({ plan }: Identity) => settings.policy.planOf(plan);
  return {
    limits(caller) {
      const { sessionMs, idleMs } = planOf(caller);
      return { session_duration_ms: sessionMs, idle_ms: idleMs };
    },
    controlMessagesPerMinute: (caller) => planOf(caller).controlMessagesPerMinute,
    turnsPerMinute: (caller) => planOf(caller).turnsPerMinute,
    allowsTools: (caller) => planOf(caller).allowsTools,
    takeTurn: (caller) => limiter.takeTurn(caller),
  };
}

import { and, desc, eq, gte, lt, sql, type SQL } from 'drizzle-orm';
import type { UsageRow } from '@parley/shared';
import type { Queries } from './database.ts';
import { ledger, sessions, turns } from './schema.ts';
import type { GroupedUsage, KeptTurn, UsageGroup } from './storage.ts';

/** Turns that one question is answered with. */
const MAX_TURNS = 20_000;
const DAY_MS = 86_400_000;

/** Days in UTC, ISO 8601, both included. */
interface Days {
  readonly from: string;
  readonly to: string;
}

const day = sql<string>`to_char(${ledger.at} at time zone 'UTC', 'YYYY-MM-DD')`;
const GROUPS: Readonly<Record<UsageGroup, SQL<string>>> = {
  user: sql`${ledger.userId}`,
  day,
  provider: sql`${ledger.provider}`,
  plan: sql`${ledger.plan}`,
};

const sums = {
  audio_s: sql<number>`sum(${ledger.audioMs})::float8 / 1000`,
  input_tokens: sql<number>`sum(${ledger.inputTokens})::float8`,
  output_tokens: sql<number>`sum(${ledger.outputTokens})::float8`,
  characters: sql<number>`sum(${ledger.characters})::float8`,
  microUsd: sql<number>`sum(${ledger.microUsd})::float8`,
};

/** Of the user that the transaction runs as, by day, stage and provider. */
export async function usageOf(queries: Queries, days: Days): Promise<UsageRow[]> {
  const rows = await queries
    .select({ day, stage: ledger.stage, provider: ledger.provider, ...sums })
    .from(ledger)
    .where(within(days))
    .groupBy(sql`1`, ledger.stage, ledger.provider)
    .orderBy(sql`1`, ledger.stage, ledger.provider);
  return rows.map(({ microUsd, stage, ...row }) => ({
    ...row,
    stage: stage as UsageRow['stage'],
    cost_usd: microUsd / 1e6,
  }));
}

/** Of all users, for the operator; the most expensive first. */
export async function groupedUsage(
  queries: Queries,
  { by, ...days }: Days & { readonly by: UsageGroup },
): Promise<GroupedUsage[]> {
  const rows = await queries
    .select({
      key: GROUPS[by],
      entries: sql<number>`count(*)::int`,
      sessions: sql<number>`count(distinct ${ledger.sessionId})::int`,
      ...sums,
    })
    .from(ledger)
    .where(within(days))
    .groupBy(sql`1`)
    .orderBy(by === 'day' ? sql`1` : sql`sum(${ledger.microUsd}) desc, 1`);
  return rows.map(({ microUsd, ...row }) => ({ ...row, cost_usd: microUsd / 1e6 }));
}

/** @param fromMs - ms since 1970 */
export async function spentSince(queries: Queries, fromMs: number) {
  const rows = await queries
    .select({ userId: ledger.userId, microUsd: sums.microUsd })
    .from(ledger)
    .where(gte(ledger.at, new Date(fromMs)))
    .groupBy(ledger.userId);
  return {
    microUsd: rows.reduce((sum, row) => sum + row.microUsd, 0),
    byUser: new Map(rows.map(({ userId, microUsd }) => [userId, microUsd])),
  };
}

/** Of the relay with that data folder. @param fromMs, beforeMs - ms since 1970 */
export async function turnsBetween(
  ...asked: Parameters<typeof selectTurnsBetween>
): Promise<KeptTurn[]> {
  const rows = await selectTurnsBetween(...asked);
  return rows.map(({ at, error, timeline }) => ({
    atMs: at.getTime(),
    isFailed: error !== null,
    timeline,
  }));
}

/** The query of `turnsBetween`; it runs when it is awaited. */
export function selectTurnsBetween(
  queries: Queries,
  instance: string,
  fromMs: number,
  beforeMs: number,
) {
  return queries
    .select({ at: turns.at, error: turns.error, timeline: turns.timeline })
    .from(turns)
    .innerJoin(sessions, eq(sessions.id, turns.sessionId))
    .where(
      and(
        eq(sessions.instance, instance),
        gte(turns.at, new Date(fromMs)),
        lt(turns.at, new Date(beforeMs)),
      ),
    )
    .orderBy(desc(turns.at))
    .limit(MAX_TURNS);
}

function within({ from, to }: Days): SQL | undefined {
  const end = new Date(Date.parse(to) + DAY_MS);
  return and(gte(ledger.at, new Date(from)), lt(ledger.at, end));
}

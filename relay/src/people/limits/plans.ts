import { z } from 'zod';
import { amount, durationS, usdLimit } from './limit-kinds.ts';

/** What users of one plan may do, as it is written in `PLANS` and by administrators. */
export const planSchema = z.strictObject({
  concurrent_sessions: amount,
  sessions_per_hour: amount,
  session_duration_s: durationS,
  idle_s: durationS,
  /** Events of one session, pings aside. */
  control_messages_per_minute: amount,
  /** Over all sessions of one user. */
  turns_per_minute: amount,
  /** Tickets that were handed out and are not used yet. */
  open_tickets: amount,
  /** The tools of MCP servers; Parley's own are for all. */
  allows_tools: z.boolean(),
  allows_paid_providers: z.boolean(),
  session_usd: usdLimit,
  day_usd: usdLimit,
});
export type PlanDocument = z.input<typeof planSchema>;

/** What users of one plan may do. A count or a budget without a limit is `Infinity`. */
export interface Plan {
  readonly name: string;
  readonly concurrentSessions: number;
  readonly sessionsPerHour: number;
  readonly sessionMs: number;
  readonly idleMs: number;
  readonly controlMessagesPerMinute: number;
  readonly turnsPerMinute: number;
  readonly openTickets: number;
  readonly allowsTools: boolean;
  readonly allowsPaidProviders: boolean;
  readonly budgets: { readonly sessionMicroUsd: number; readonly dayMicroUsd: number };
}

const DEFAULT: PlanDocument = {
  concurrent_sessions: 3,
  sessions_per_hour: 60,
  session_duration_s: 30 * 60,
  idle_s: 10 * 60,
  control_messages_per_minute: 100,
  turns_per_minute: 60,
  open_tickets: 4,
  allows_tools: true,
  allows_paid_providers: true,
  session_usd: 5,
  day_usd: 20,
};

/** What holds unless the settings, `PLANS` or an administrator say otherwise. */
export const PLANS: Readonly<Record<'default' | 'guest', PlanDocument>> = {
  default: DEFAULT,
  guest: { ...DEFAULT, day_usd: 5 },
};

export function toPlan(name: string, document: PlanDocument): Plan {
  const plan = planSchema.parse(document);
  return {
    name,
    concurrentSessions: plan.concurrent_sessions,
    sessionsPerHour: plan.sessions_per_hour,
    sessionMs: plan.session_duration_s,
    idleMs: plan.idle_s,
    controlMessagesPerMinute: plan.control_messages_per_minute,
    turnsPerMinute: plan.turns_per_minute,
    openTickets: plan.open_tickets,
    allowsTools: plan.allows_tools,
    allowsPaidProviders: plan.allows_paid_providers,
    budgets: { sessionMicroUsd: plan.session_usd, dayMicroUsd: plan.day_usd },
  };
}

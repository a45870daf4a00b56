import type { Identity } from '../auth/identity.ts';
import type { Limiter } from '../limits/limiter.ts';
import type { RelaySettings } from '../limits/relay-settings.ts';
import type { SessionRules } from '../../call/session/session-options.ts';

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

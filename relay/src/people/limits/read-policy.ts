import { readFileSync } from 'node:fs';
import type { Config } from '../../base/config/config.ts';
import { ConfigError } from '../../base/config/read-settings.ts';
import {
  defaultPolicy,
  policyChangesSchema,
  withChanges,
  type PolicyChanges,
  type PolicyDocument,
} from './policy.ts';

/** Share of all sessions that guests leave to accounts, if there are any. */
const ACCOUNTS_SHARE = 0.2;

/**
 * The limits at the start: the defaults, in their place those of the settings, and in the place of
 * these those of `PLANS`.
 *
 * @throws ConfigError that names what is wrong in `PLANS`
 */
export function readPolicy(config: Pick<Config, 'limitSettings' | 'money'>): PolicyDocument {
  const { plans, maxSessions, sessionDurationS, idleS } = config.limitSettings;
  const { limitsAddresses, hasAccounts } = config.limitSettings;
  const defaults = defaultPolicy({ limitsAddresses });
  const { session, userDay, guestsDay, day } = config.money.budgets;
  const ofPlan = {
    ...{ session_duration_s: sessionDurationS, idle_s: idleS },
    ...(session !== undefined && { session_usd: session }),
    ...(userDay !== undefined && { day_usd: userDay }),
  };
  const fromSettings = withChanges(defaults, {
    plans: Object.fromEntries(Object.keys(defaults.plans).map((name) => [name, ofPlan])),
    instance: {
      sessions: maxSessions,
      sessions_for_accounts: hasAccounts ? Math.floor(maxSessions * ACCOUNTS_SHARE) : 0,
      ...(day !== undefined && { day_usd: day }),
      ...(guestsDay !== undefined && { guests_day_usd: guestsDay }),
    },
  });
  return plans === undefined ? fromSettings : withChanges(fromSettings, readPlans(plans));
}

/** @param plans - a path, or the JSON itself */
function readPlans(plans: string): PolicyChanges {
  let json: unknown;
  try {
    json = JSON.parse(plans.trimStart().startsWith('{') ? plans : readFileSync(plans, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = code === undefined ? `it is not valid JSON: ${message}` : 'it cannot be read';
    throw new ConfigError([`PLANS: found ${JSON.stringify(plans)}, but ${problem}.`]);
  }
  const parsed = policyChangesSchema.safeParse(json);
  if (parsed.success) return json as PolicyChanges;
  throw new ConfigError(
    parsed.error.issues.map(
      ({ path, message }) => `PLANS: ${path.map(String).join('.') || 'the whole'}: ${message}.`,
    ),
  );
}

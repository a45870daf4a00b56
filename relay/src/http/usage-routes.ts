import { Hono } from 'hono';
import type { z } from 'zod';
import { ParleyError, usageQuerySchema, type UsageResponse } from '@parley/shared';
import type { AccountTerms } from '../accounts/account-terms.ts';
import type { Authenticator } from '../auth/identity.ts';
import type { Storage } from '../storage/storage.ts';
import { identified, queryOf, type IdentifiedEnv } from './requests.ts';

/** Without dates. */
const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;
const DAY_MS = 86_400_000;

export interface UsageRoutesOptions {
  readonly authenticator: Authenticator;
  readonly terms: AccountTerms;
  readonly storage: Storage;
}

/** `GET /api/v1/usage`: what a person has used, day by day, and what is left. */
export function usageRoutes(options: UsageRoutesOptions): Hono<IdentifiedEnv> {
  const { authenticator, terms, storage } = options;
  const app = new Hono<IdentifiedEnv>();
  app.use(identified(authenticator));
  app.get('/', async (c) => {
    const { identity } = c.var;
    const days = daysOf(queryOf(c, usageQuerySchema));
    const rows = await storage.asUser(identity).usage(days);
    const { spentUsd, leftUsd, endsAtMs } = terms.spendingOf(identity);
    const response: UsageResponse = {
      ...days,
      rows: [...rows],
      limits: terms.limitsOf(identity),
      spent_today_usd: spentUsd,
      day_left_usd: leftUsd,
      day_ends_at: new Date(endsAtMs).toISOString(),
    };
    return c.json(response);
  });
  return app;
}

/** @throws ParleyError `invalid_request` */
function daysOf({ from, to }: z.infer<typeof usageQuerySchema>): { from: string; to: string } {
  const lastMs = to === undefined ? Date.now() : Date.parse(to);
  const last = dayOf(lastMs);
  const first = from ?? dayOf(lastMs - (DEFAULT_DAYS - 1) * DAY_MS);
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
  if (days >= 1 && days <= MAX_DAYS) return { from: first, to: last };
  const detail = `from: expected a day before to, and ${MAX_DAYS} days at the most.`;
  throw new ParleyError('invalid_request', { detail });
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

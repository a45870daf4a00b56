import { Hono, type MiddlewareHandler } from 'hono';
import { z } from 'zod/mini';
import { ParleyError, usageQuerySchema, type UsageResponse } from '@parley/shared';
import type { AccountTerms } from '../people/accounts/account-terms.ts';
import type { Authenticator } from '../people/auth/identity.ts';
import { USAGE_GROUPS, type Storage } from '../keeping/storage/storage.ts';
import { identified, queryOf, type IdentifiedEnv } from './requests.ts';

/** Without dates. */
const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;
const DAY_MS = 86_400_000;

const adminQuerySchema = z.extend(usageQuerySchema, {
  by: z.prefault(z.enum(USAGE_GROUPS), 'day'),
  format: z.prefault(z.enum(['json', 'csv']), 'json'),
});

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

/**
 * `GET /api/v1/admin/usage`: what all have used, by user, day, provider or plan, as JSON or CSV.
 *
 * @param access - refuses callers who are not administrators
 */
export function adminUsageRoutes(access: MiddlewareHandler, storage: Storage): Hono {
  const app = new Hono();
  app.use(access);
  app.get('/', async (c) => {
    const { by, format, ...query } = queryOf(c, adminQuerySchema);
    const days = daysOf(query);
    const rows = await storage.admin.usage({ by, ...days });
    if (format === 'json') return c.json({ by, ...days, rows });
    const { stringify } = await import('csv-stringify/sync');
    c.header('Content-Type', 'text/csv; charset=utf-8');
    c.header('Content-Disposition', `attachment; filename="usage-${days.from}-${days.to}.csv"`);
    return c.body(
      stringify([...rows], {
        header: true,
        columns: COLUMNS,
        // A user's id comes from elsewhere, and spreadsheets compute what looks like a formula.
        escape_formulas: true,
        record_delimiter: 'windows',
      }),
    );
  });
  return app;
}

const COLUMNS = [
  'key',
  'entries',
  'sessions',
  'audio_s',
  'input_tokens',
  'output_tokens',
  'characters',
  'cost_usd',
];

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

import { Hono, type MiddlewareHandler } from 'hono';
import type { z } from 'zod/mini';
import { logSettingsRequestSchema, type logSettingsSchema } from '@parley/shared';
import type { RelaySettings } from '../people/limits/relay-settings.ts';
import type { AdminEnv } from './admin-only.ts';
import { bodyOf } from './requests.ts';

/**
 * The level of the log, below `/api/v1/admin/logs`; the same as `log_level` of the settings.
 *
 * - `GET /` says what it is
 * - `PUT /` with `{level}` changes it; `null` is that of the environment
 *
 * @param access - refuses callers who are not administrators
 */
export function adminLogs(
  access: MiddlewareHandler<AdminEnv>,
  settings: Pick<RelaySettings, 'logLevel' | 'change'>,
): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.use(access);
  const report = (): z.infer<typeof logSettingsSchema> => ({ level: settings.logLevel });
  app.get('/', (c) => c.json(report()));
  app.put('/', async (c) => {
    const { level } = await bodyOf(c, logSettingsRequestSchema);
    await settings.change({ log_level: level }, c.var.admin);
    return c.json(report());
  });
  return app;
}

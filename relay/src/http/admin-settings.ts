import { Hono, type MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { RelaySettings } from '../people/limits/relay-settings.ts';
import type { AdminEnv } from './admin-only.ts';
import { bodyOf } from './requests.ts';

/**
 * What an administrator changes while the relay runs, below `/api/v1/admin/settings`.
 *
 * - `GET /` says what holds, and what of it was changed
 * - `PATCH /` changes what its body names
 *
 * @param access - refuses who is not an administrator
 */
export function adminSettings(
  access: MiddlewareHandler<AdminEnv>,
  settings: Pick<RelaySettings, 'describe' | 'change'>,
): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.use(access);
  app.get('/', (c) => c.json(settings.describe()));
  app.patch('/', async (c) => {
    await settings.change(await bodyOf(c, z.unknown()), c.var.admin);
    return c.json(settings.describe());
  });
  return app;
}

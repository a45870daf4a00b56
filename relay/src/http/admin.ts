import { Hono, type MiddlewareHandler } from 'hono';
import { z } from 'zod/mini';
import { serviceHealthSchema, type serviceStatusSchema } from '@parley/shared';
import type { ProviderStatus } from '../stages/failover/provider-health.ts';
import type { Stages } from '../stages/stages.ts';
import type { AdminEnv } from './admin-only.ts';
import { problem } from './problem.ts';

const resetRequestSchema = z.pick(serviceHealthSchema, { name: true });

/**
 * The operator's requests, below `/api/v1/admin/services`.
 *
 * - `GET /` lists the providers and how they have done
 * - `POST /reset` with `{name}` takes a provider's failures from its record, in all its stages
 *
 * @param access - refuses who is not an administrator
 */
export function admin(
  access: MiddlewareHandler<AdminEnv>,
  providers: Pick<Stages, 'services' | 'reset'>,
): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.use(access);
  const report = () => ({ services: providers.services().map(serviceStatus) });
  app.get('/', (c) => c.json(report()));
  app.post('/reset', async (c) => {
    let body: unknown;
    try {
      body = JSON.parse(await c.req.text());
    } catch {
      return problem(c, 'malformed_json');
    }
    const request = resetRequestSchema.safeParse(body);
    if (!request.success) return problem(c, 'invalid_request', 'Expected {name}.');
    if (!providers.reset(request.data.name)) return problem(c, 'not_found');
    return c.json(report());
  });
  return app;
}

function serviceStatus(status: ProviderStatus): z.infer<typeof serviceStatusSchema> {
  const { stage, name, health, failures, requests, lastFault, lastFailureAtMs } = status;
  return {
    stage,
    name,
    health,
    last_fault: lastFault ?? null,
    last_failure_s:
      lastFailureAtMs === undefined ? null : Math.round((Date.now() - lastFailureAtMs) / 1_000),
    failures,
    requests,
  };
}

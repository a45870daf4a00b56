import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import type { z } from 'zod';
import { serviceHealthSchema, type serviceStatusSchema } from '@parley/shared';
import type { ProviderStatus } from '../stages/failover/provider-health.ts';
import type { Stages } from '../stages/stages.ts';
import { problem } from './problem.ts';

const resetRequestSchema = serviceHealthSchema.pick({ name: true });

/**
 * The operator's requests, below `/api/v1/admin/services`.
 *
 * - `GET /` lists the providers and how they have done
 * - `POST /reset` with `{name}` takes a provider's failures from its record, in all its stages
 *
 * @param token - what opens them; undefined if there are none
 */
export function admin(
  token: string | undefined,
  providers: Pick<Stages, 'services' | 'reset'>,
): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    if (token === undefined) return problem(c, 'not_found');
    const given = c.req.header('authorization')?.replace(/^Bearer /i, '') ?? '';
    return isSame(given, token) ? next() : problem(c, 'unauthorized');
  });
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

/** Compares digests, so that neither the length nor the first wrong character shows in the time. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}

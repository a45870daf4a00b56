import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import type { z } from 'zod';
import { serviceHealthSchema, type serviceStatusSchema } from '@parley/shared';
import type { ProviderStatus } from '../stages/failover/provider-health.ts';
import { problem } from './problem.ts';

/** What an operator can look at and do. */
export interface Operations {
  services(): readonly z.infer<typeof serviceStatusSchema>[];
  /** Lets a provider be asked again at once. @returns false if there is none of that name */
  reset(name: string): boolean;
}

/** The operator's view of providers that are watched. */
export function operationsOf(providers: {
  services(): readonly ProviderStatus[];
  reset(name: string): boolean;
}): Operations {
  return {
    services: () =>
      providers.services().map((status) => ({
        stage: status.stage,
        name: status.name,
        health: status.health,
        last_fault: status.lastFault ?? null,
        last_failure_s:
          status.lastFailureAtMs === undefined
            ? null
            : Math.round((Date.now() - status.lastFailureAtMs) / 1_000),
        failures: status.failures,
        requests: status.requests,
      })),
    reset: (name) => providers.reset(name),
  };
}

const resetRequestSchema = serviceHealthSchema.pick({ name: true });

/**
 * The operator's requests, below `/api/v1/admin/services`.
 *
 * - `GET /` lists the providers and how they have done
 * - `POST /reset` with `{name}` takes a provider's failures from its record, in all its stages
 *
 * @param token - what opens them; undefined if there are none
 */
export function admin(token: string | undefined, operations: Operations): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    if (token === undefined) return problem(c, 'not_found');
    const given = c.req.header('authorization')?.replace(/^Bearer /i, '') ?? '';
    return isSame(given, token) ? next() : problem(c, 'unauthorized');
  });
  app.get('/', (c) => c.json({ services: operations.services() }));
  app.post('/reset', async (c) => {
    let body: unknown;
    try {
      body = JSON.parse(await c.req.text());
    } catch {
      return problem(c, 'malformed_json');
    }
    const request = resetRequestSchema.safeParse(body);
    if (!request.success) return problem(c, 'invalid_request', 'Expected {name}.');
    if (!operations.reset(request.data.name)) return problem(c, 'not_found');
    return c.json({ services: operations.services() });
  });
  return app;
}

/** Compares digests, so that neither the length nor the first wrong character shows in the time. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}

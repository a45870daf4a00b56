import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { serviceHealthSchema, type serviceStatusSchema } from '@parley/shared';
import { problem } from './problem.ts';

/** What an operator can look at and do. */
export interface Operations {
  services(): readonly z.infer<typeof serviceStatusSchema>[];
  /** Lets a provider be asked again at once. @returns false where there is none of that name */
  reset(stage: string, name: string): boolean;
}

const resetRequestSchema = serviceHealthSchema.pick({ stage: true, name: true });

/**
 * The operator's requests, below `/api/v1/admin/services`.
 *
 * - `GET /` lists the providers and how they have done
 * - `POST /reset` with `{stage, name}` takes a provider's failures from its record
 *
 * @param token - what opens them; undefined: there are none
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
    if (!request.success) return problem(c, 'invalid_request', 'Expected {stage, name}.');
    const { stage, name } = request.data;
    if (!operations.reset(stage, name)) return problem(c, 'not_found');
    return c.json({ services: operations.services() });
  });
  return app;
}

/** Compares digests, so that neither the length nor the first wrong character shows in the time. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}

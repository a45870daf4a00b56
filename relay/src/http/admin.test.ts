import { describe, expect, it } from 'vitest';
import { errorResponseSchema, servicesResponseSchema } from '@parley/shared';
import type { ProviderStatus } from '../stages/failover/provider-health.ts';
import { adminOnly } from './admin-only.ts';
import { admin } from './admin.ts';

const TOKEN = 'operators-token-0001';

function startAdmin(token: string | undefined) {
  const resets: string[] = [];
  const providers = {
    services: (): readonly ProviderStatus[] => [
      {
        stage: 'generator',
        name: 'anthropic',
        health: resets.length === 0 ? 'failed' : 'healthy',
        breaker: resets.length === 0 ? 'open' : 'closed',
        lastFault: 'overloaded',
        lastFailureAtMs: Date.now() - 3_000,
        failures: 3,
        requests: 20,
      },
    ],
    reset(name: string) {
      resets.push(name);
      return name === 'anthropic';
    },
  };
  const withoutAccounts = {
    hasAccounts: false,
    identify: () => Promise.reject(new Error('there are no accounts')),
  };
  const app = admin(
    adminOnly({
      token,
      signIn: withoutAccounts,
      checkAttempts: () => {},
      countAttempt: () => {},
    }),
    providers,
  );
  const ask = (path: string, init: RequestInit = {}) =>
    app.request(path, { headers: { authorization: `Bearer ${TOKEN}` }, ...init });
  const reset = (body: string) => ask('/reset', { method: 'POST', body });
  return { app, ask, reset, resets };
}

const codeOf = async (response: Response) =>
  errorResponseSchema.shape.error.shape.code.parse(
    ((await response.json()) as { error: { code: string } }).error.code,
  );

describe('the operator’s requests', () => {
  it('show how each provider has done', async () => {
    const response = await startAdmin(TOKEN).ask('/');
    expect(servicesResponseSchema.parse(await response.json()).services).toMatchObject([
      { name: 'anthropic', health: 'failed', last_fault: 'overloaded', last_failure_s: 3 },
    ]);
  });

  it('take a provider’s failures from its record', async () => {
    const { reset, resets } = startAdmin(TOKEN);
    const response = await reset('{"name":"anthropic"}');
    expect(response.status).toBe(200);
    expect(resets).toEqual(['anthropic']);
    expect(servicesResponseSchema.parse(await response.json()).services[0]!.health).toBe('healthy');
  });

  it.each([
    ['{"stage":', 'malformed_json', 400],
    ['{"name":7}', 'invalid_request', 400],
    ['{}', 'invalid_request', 400],
    ['{"name":"unknown"}', 'not_found', 404],
  ])('answer %s with %s', async (body, code, status) => {
    const response = await startAdmin(TOKEN).reset(body);
    expect(response.status).toBe(status);
    expect(await codeOf(response)).toBe(code);
  });

  it.each(['Bearer something else', 'Bearer ', ''])('refuse %j', async (authorization) => {
    const { app, resets } = startAdmin(TOKEN);
    for (const path of ['/', '/reset']) {
      const method = path === '/' ? 'GET' : 'POST';
      const response = await app.request(path, { method, headers: { authorization } });
      expect(await codeOf(response)).toBe('unauthorized');
    }
    expect(resets).toEqual([]);
  });

  it('are not there without a token in the configuration', async () => {
    const { app } = startAdmin(undefined);
    for (const authorization of ['', 'Bearer ', 'Bearer undefined']) {
      expect((await app.request('/', { headers: { authorization } })).status).toBe(404);
    }
  });
});

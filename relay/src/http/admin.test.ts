import { describe, expect, it } from 'vitest';
import { errorResponseSchema, servicesResponseSchema, type ParleyError } from '@parley/shared';
import { readConfig } from '../config/config.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { AddressList } from '../lib/network-address.ts';
import { Limiter } from '../limits/limiter.ts';
import { toPolicy } from '../limits/policy.ts';
import { readPolicy } from '../limits/read-policy.ts';
import type { ProviderStatus } from '../stages/failover/provider-health.ts';
import { adminOnly } from './admin-only.ts';
import { admin } from './admin.ts';
import { refuse } from './problem.ts';
import { TrustedProxies } from './trusted-proxies.ts';

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
  const policy = toPolicy(readPolicy(readConfig({})));
  const limiter = new Limiter({ clock: new FakeClock(), policy: () => policy });
  const proxies = new TrustedProxies(new AddressList([]));
  const access = adminOnly({ token, signIn: withoutAccounts, limiter, proxies });
  const app = admin(access, providers);
  app.onError((error, c) => refuse(c, error as ParleyError));
  const incoming = { headers: {}, socket: { remoteAddress: '192.0.2.1' } };
  const request = (path: string, init: RequestInit) => app.request(path, init, { incoming });
  const ask = (path: string, init: RequestInit = {}) =>
    request(path, { headers: { authorization: `Bearer ${TOKEN}` }, ...init });
  const reset = (body: string) => ask('/reset', { method: 'POST', body });
  return { request, ask, reset, resets };
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
    const { request, resets } = startAdmin(TOKEN);
    for (const path of ['/', '/reset']) {
      const method = path === '/' ? 'GET' : 'POST';
      const response = await request(path, { method, headers: { authorization } });
      expect(await codeOf(response)).toBe('unauthorized');
    }
    expect(resets).toEqual([]);
  });

  it('are not there without a token in the configuration', async () => {
    const { request } = startAdmin(undefined);
    for (const authorization of ['', 'Bearer ', 'Bearer undefined']) {
      expect((await request('/', { headers: { authorization } })).status).toBe(404);
    }
  });
});

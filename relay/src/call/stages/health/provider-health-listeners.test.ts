import { ParleyError } from '@parley/shared';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { ProviderHealth } from './provider-health.ts';

const { breaker: POLICY } = DEFAULT_POLICY;

function createTest() {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const provider = new ProviderHealth({
    stage: 'generator',
    name: 'fake',
    policy: POLICY,
    clock,
    onListenerError: (error) => errors.push(error),
  });
  return { clock, provider, errors };
}

const failure = () => new ParleyError('generator_failed');

function failTimes(provider: ProviderHealth, times: number): void {
  for (let count = 0; count < times; count++) provider.acquire()!.failed(failure());
}

describe('a provider', () => {
  it('lets no listener that throws disturb the others or the request', () => {
    const { provider, errors } = createTest();
    const broken = new Error('listener');
    const told: string[] = [];
    provider.subscribe(() => {
      throw broken;
    });
    provider.subscribe(() => told.push(provider.health));
    failTimes(provider, 1);
    provider.acquire()!.succeeded();
    expect(told).toEqual(['degraded', 'healthy']);
    expect(errors).toEqual([broken, broken]);
  });

  it('tells listeners nothing if nothing changed', () => {
    const { provider } = createTest();
    const told: string[] = [];
    provider.subscribe(() => told.push(`${provider.health} ${provider.breaker}`));
    provider.acquire()!.succeeded();
    provider.probeSucceeded();
    failTimes(provider, 3);
    expect(told).toEqual(['degraded closed', 'failed open']);
  });

  it('tells its listeners of changes and of a trial that falls due, and leaves nothing behind', async () => {
    const { provider, clock } = createTest();
    const seen: string[] = [];
    const end = provider.subscribe(() => seen.push(`${provider.health} ${provider.breaker}`));
    failTimes(provider, 3);
    await clock.advance(POLICY.coolDownMs);
    expect(seen).toEqual(['degraded closed', 'failed open', 'failed half-open']);
    provider.acquire()!.failed(failure());
    end();
    provider[Symbol.dispose]();
    expect(clock.pendingTimers).toBe(0);
    provider.acquire()?.succeeded();
    expect(seen).toHaveLength(4);
  });

  it('starts no timer for a verdict that comes after the end', () => {
    const { provider, clock } = createTest();
    const permits = [1, 2, 3].map(() => provider.acquire()!);
    provider[Symbol.dispose]();
    for (const permit of permits) permit.failed(failure());
    expect(provider.breaker).toBe('open');
    expect(clock.pendingTimers).toBe(0);
  });
});

import { ParleyError } from '@parley/shared';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../lib/fake-clock.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { Service } from './service.ts';

const { breaker: POLICY } = DEFAULT_POLICY;

function createTest() {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const service = new Service({
    stage: 'generator',
    name: 'fake',
    hasProbe: true,
    policy: POLICY,
    clock,
    onListenerError: (error) => errors.push(error),
  });
  return { clock, service, errors };
}

const failure = () => new ParleyError('generator_failed');

function failTimes(service: Service, times: number): void {
  for (let count = 0; count < times; count++) service.begin()!.failed(failure());
}

describe('a service', () => {
  it('lets no listener that throws disturb the others or the request', () => {
    const { service, errors } = createTest();
    const broken = new Error('listener');
    const told: string[] = [];
    service.subscribe(() => {
      throw broken;
    });
    service.subscribe(() => told.push(service.health));
    failTimes(service, 1);
    service.begin()!.succeeded();
    expect(told).toEqual(['degraded', 'healthy']);
    expect(errors).toEqual([broken, broken]);
  });

  it('tells nobody of what is as it was', () => {
    const { service } = createTest();
    const told: string[] = [];
    service.subscribe(() => told.push(`${service.health} ${service.breaker}`));
    service.begin()!.succeeded();
    service.probeSucceeded();
    failTimes(service, 3);
    expect(told).toEqual(['degraded closed', 'failed open']);
  });

  it('tells its listeners of changes and of a trial that falls due, and leaves nothing behind', async () => {
    const { service, clock } = createTest();
    const seen: string[] = [];
    const end = service.subscribe(() => seen.push(`${service.health} ${service.breaker}`));
    failTimes(service, 3);
    await clock.advance(POLICY.coolDownMs);
    expect(seen).toEqual(['degraded closed', 'failed open', 'failed half-open']);
    service.begin()!.failed(failure());
    end();
    service[Symbol.dispose]();
    expect(clock.pendingTimers).toBe(0);
    service.begin()?.succeeded();
    expect(seen).toHaveLength(4);
  });

  it('starts no timer for a verdict that comes after the end', () => {
    const { service, clock } = createTest();
    const uses = [1, 2, 3].map(() => service.begin()!);
    service[Symbol.dispose]();
    for (const use of uses) use.failed(failure());
    expect(service.breaker).toBe('open');
    expect(clock.pendingTimers).toBe(0);
  });
});

import { ParleyError } from '@parley/shared';
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../lib/fake-clock.ts';
import { HealthMonitor } from './health-monitor.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { Service } from './service.ts';

const { intervalMs, deadlineMs } = DEFAULT_POLICY.health;

function createTest(
  probes: readonly ((signal: AbortSignal) => Promise<void>)[],
  random = () => 0.5,
) {
  const clock = new FakeClock();
  const services = probes.map(
    (_, index) =>
      new Service({
        stage: 'generator',
        name: `fake-${index}`,
        hasProbe: true,
        policy: DEFAULT_POLICY.breaker,
        clock,
      }),
  );
  const failures: string[] = [];
  const monitor = new HealthMonitor({
    checked: probes.map((probe, index) => ({ service: services[index]!, probe })),
    policy: DEFAULT_POLICY.health,
    clock,
    late: () => new ParleyError('generator_timeout'),
    onFailure: (service) => failures.push(service.name),
    random,
  });
  return { clock, services, monitor, failures };
}

const forever = () => new Promise<void>(() => {});

describe('the health monitor', () => {
  it('checks everyone once an interval, spread over it', async () => {
    const asked: string[] = [];
    const probe = (name: string) => async () => {
      asked.push(`${name} at ${test.clock.now()}`);
    };
    const test = createTest([probe('a'), probe('b'), probe('c')]);
    await test.clock.advance(intervalMs + 5_000);
    expect(asked).toEqual(['a at 5000', 'b at 15000', 'c at 25000', 'a at 35000']);
    await test.monitor[Symbol.asyncDispose]();
  });

  it('brings a failed provider to its trial, and no further', async () => {
    const { clock, services, monitor } = createTest([() => Promise.resolve()]);
    const service = services[0]!;
    for (let count = 0; count < 3; count++) {
      service.begin()!.failed(new ParleyError('generator_failed'));
    }
    await clock.advance(intervalMs / 2);
    expect(service).toMatchObject({ breaker: 'half-open', health: 'failed' });
    await monitor[Symbol.asyncDispose]();
  });

  it('takes a check that hangs for a failure, ends it, and never begins a second beside it', async () => {
    const running = new Set<AbortSignal>();
    let most = 0;
    const { clock, services, monitor, failures } = createTest([
      (signal) => {
        running.add(signal);
        signal.addEventListener('abort', () => running.delete(signal));
        most = Math.max(most, running.size);
        return forever();
      },
    ]);
    await clock.advance(intervalMs / 2 + deadlineMs - 1);
    expect(services[0]!.health).toBe('healthy');
    await clock.advance(1);
    expect(services[0]!.status()).toMatchObject({ health: 'degraded', lastFault: 'timeout' });
    await clock.advance(3 * intervalMs);
    expect(services[0]!.health).toBe('failed');
    expect(failures.length).toBeGreaterThanOrEqual(3);
    expect(most).toBe(1);
    await monitor[Symbol.asyncDispose]();
  });

  it('takes a check that throws at once for a failure', async () => {
    const { clock, services, monitor } = createTest([
      () => {
        throw new ParleyError('generator_failed');
      },
    ]);
    await clock.advance(intervalMs);
    expect(services[0]!.health).toBe('degraded');
    await monitor[Symbol.asyncDispose]();
  });

  it('leaves no timer, listener or verdict behind, also in the middle of a check', async () => {
    let asked: AbortSignal | undefined;
    const { clock, services, monitor } = createTest([
      (signal) => {
        asked = signal;
        return forever();
      },
      () => Promise.resolve(),
    ]);
    await clock.advance(intervalMs / 4);
    expect(getEventListeners(asked!, 'abort')).toHaveLength(0);
    await monitor[Symbol.asyncDispose]();
    expect(asked!.aborted).toBe(true);
    expect(clock.pendingTimers).toBe(0);
    expect(services[0]!.status()).toMatchObject({ health: 'healthy', probe: 'pending' });
  });
});

import { ParleyError } from '@parley/shared';
import { getEventListeners } from 'node:events';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { HealthMonitor } from './health-monitor.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { ProviderHealth } from './provider-health.ts';

const { intervalMs, deadlineMs } = DEFAULT_POLICY.health;

function createTest(
  probes: readonly ((signal: AbortSignal) => Promise<void>)[],
  random = () => 0.5,
) {
  const clock = new FakeClock();
  const providers = probes.map(
    (_, index) =>
      new ProviderHealth({
        stage: 'generator',
        name: `fake-${index}`,
        policy: DEFAULT_POLICY.breaker,
        clock,
      }),
  );
  const failures: string[] = [];
  const monitor = new HealthMonitor({
    targets: probes.map((probe, index) => ({ health: providers[index]!, probe })),
    policy: DEFAULT_POLICY.health,
    clock,
    logger: pino({ level: 'warn' }, { write: (line) => failures.push(line) }),
    random,
  });
  return { clock, providers, monitor, failures };
}

const forever = () => new Promise<void>(() => {});

describe('the health monitor', () => {
  it('probes every provider once an interval, spread over it', async () => {
    const asked: string[] = [];
    const probe = (name: string) => async () => {
      asked.push(`${name} at ${test.clock.now()}`);
    };
    const test = createTest([probe('a'), probe('b'), probe('c')]);
    await test.clock.advance(intervalMs + 5_000);
    expect(asked).toEqual(['a at 5000', 'b at 15000', 'c at 25000', 'a at 35000']);
    await test.monitor[Symbol.asyncDispose]();
  });

  it('sums up every five minutes, so that silence is told from an end', async () => {
    const clock = new FakeClock();
    const lines: unknown[] = [];
    const healthOf = (name: string) =>
      new ProviderHealth({ stage: 'generator', name, policy: DEFAULT_POLICY.breaker, clock });
    const [works, fails, unchecked] = ['works', 'fails', 'unchecked'].map(healthOf);
    const monitor = new HealthMonitor({
      targets: [
        { health: works!, probe: () => Promise.resolve() },
        { health: fails!, probe: () => Promise.reject(new ParleyError('generator_failed')) },
      ],
      watched: [works!, fails!, unchecked!],
      policy: DEFAULT_POLICY.health,
      clock,
      logger: pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) }),
      random: () => 0.5,
    });
    await clock.advance(910_000);
    const summaries = lines.filter((line) => JSON.stringify(line).includes('summary'));
    const services = {
      'generator:works': 'healthy',
      'generator:fails': 'failed',
      'generator:unchecked': 'healthy',
    };
    expect(summaries).toMatchObject([
      { level: 30, services, checks: 20, failedChecks: 10 },
      { level: 30, services, checks: 20, failedChecks: 10 },
      { level: 30, services, checks: 20, failedChecks: 10 },
    ]);
    await monitor[Symbol.asyncDispose]();
  });

  it('brings a failed provider to its trial, and no further', async () => {
    const { clock, providers, monitor } = createTest([() => Promise.resolve()]);
    const provider = providers[0]!;
    for (let count = 0; count < 3; count++) {
      provider.acquire()!.failed(new ParleyError('generator_failed'));
    }
    await clock.advance(intervalMs / 2);
    expect(provider).toMatchObject({ breaker: 'half-open', health: 'failed' });
    await monitor[Symbol.asyncDispose]();
  });

  it('takes a check that hangs for a failure, ends it, and never begins a second beside it', async () => {
    const running = new Set<AbortSignal>();
    let most = 0;
    const { clock, providers, monitor, failures } = createTest([
      (signal) => {
        running.add(signal);
        signal.addEventListener('abort', () => running.delete(signal));
        most = Math.max(most, running.size);
        return forever();
      },
    ]);
    await clock.advance(intervalMs / 2 + deadlineMs - 1);
    expect(providers[0]!.health).toBe('healthy');
    await clock.advance(1);
    expect(providers[0]!.status()).toMatchObject({ health: 'degraded', lastFault: 'timeout' });
    await clock.advance(3 * intervalMs);
    expect(providers[0]!.health).toBe('failed');
    expect(failures.length).toBeGreaterThanOrEqual(3);
    expect(most).toBe(1);
    await monitor[Symbol.asyncDispose]();
  });

  it('takes a check that throws at once for a failure', async () => {
    const { clock, providers, monitor } = createTest([
      () => {
        throw new ParleyError('generator_failed');
      },
    ]);
    await clock.advance(intervalMs);
    expect(providers[0]!.health).toBe('degraded');
    await monitor[Symbol.asyncDispose]();
  });

  it('leaves no timer, listener or verdict behind, also in the middle of a check', async () => {
    let asked: AbortSignal | undefined;
    const { clock, providers, monitor } = createTest([
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
    expect(providers[0]!.status()).toMatchObject({ health: 'healthy', failures: 0 });
  });
});

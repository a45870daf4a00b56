import { ParleyError } from '@parley/shared';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { ProviderError, type ProviderFault } from '../provider-error.ts';
import { HealthMonitor } from './health-monitor.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { ProviderHealth } from './provider-health.ts';

function setUp() {
  const clock = new FakeClock();
  const policy = DEFAULT_POLICY.breaker;
  const health = new ProviderHealth({ stage: 'transcriber', name: 'fake', policy, clock });
  return { clock, health };
}

const failure = (fault: ProviderFault) =>
  new ProviderError({ provider: 'fake', stage: 'transcriber', fault });

/** Forty requests that all fail with `error`, while the process is late as `during` says. */
async function failMany(error: Error, during: (clock: FakeClock) => Promise<void>) {
  const { clock, health } = setUp();
  const permits = Array.from({ length: 40 }, () => health.acquire()!);
  await during(clock);
  for (const permit of permits) permit.failed(error);
  return health;
}

describe('requests that fail while the relay is late', () => {
  it.each<[string, Error]>([
    ['opened too late', new ParleyError('transcriber_timeout')],
    ['timed out', failure('timeout')],
    ['given up by the provider', failure('closed')],
    ['cut in the handshake', failure('unreachable')],
    ['ended early', new ParleyError('transcriber_failed')],
    ['failed in a way of their own', new Error('odd')],
  ])('do not count against the provider: %s', async (_what, error) => {
    const stalled = await failMany(error, async (clock) => clock.stall(2_000));
    expect(stalled.status()).toMatchObject({ health: 'healthy', breaker: 'closed', failures: 0 });
    const slow = await failMany(error, async (clock) => {
      for (let turn = 0; turn < 40; turn++) {
        clock.stall(50);
        await clock.advance(50);
      }
    });
    expect(slow.status()).toMatchObject({ health: 'healthy', breaker: 'closed', failures: 0 });
  });

  it.each<ProviderFault>(['unauthorized', 'rate-limited', 'overloaded', 'malformed'])(
    'count if the provider said so itself: %s',
    async (fault) => {
      const health = await failMany(failure(fault), async (clock) => clock.stall(2_000));
      expect(health.breaker).toBe('open');
    },
  );

  it.each<[string, (clock: FakeClock) => Promise<void>]>([
    ['the relay was in time', (clock) => clock.advance(4_000)],
    [
      'it only paused for garbage',
      async (clock) => {
        clock.stall(100);
        await clock.advance(4_000);
      },
    ],
    [
      'its stall was long over',
      async (clock) => {
        clock.stall(2_000);
        await clock.advance(30_000);
      },
    ],
  ])('count if %s', async (_what, during) => {
    expect((await failMany(failure('timeout'), during)).breaker).toBe('open');
  });

  it('do not count just after the stall, in which sockets were not kept alive', async () => {
    const { clock, health } = setUp();
    clock.stall(1_000);
    for (let count = 0; count < 9; count++) health.acquire()!.failed(failure('closed'));
    expect(health.health).toBe('healthy');
    await clock.advance(3_000);
    for (let count = 0; count < 9; count++) health.acquire()?.failed(failure('closed'));
    expect(health.breaker).toBe('open');
  });

  it('leave a trial to the next request', async () => {
    const { clock, health } = setUp();
    for (let count = 0; count < 3; count++) health.acquire()!.failed(failure('timeout'));
    await clock.advance(DEFAULT_POLICY.breaker.coolDownMs);
    const trial = health.acquire()!;
    expect(health.acquire()).toBeUndefined();
    clock.stall(2_000);
    trial.failed(failure('timeout'));
    expect(health.breaker).toBe('half-open');
    health.acquire()!.succeeded();
    expect(health.health).toBe('healthy');
  });
});

describe('a probe', () => {
  it('that the relay was too late for says nothing', async () => {
    const { clock, health } = setUp();
    const answers: (() => void)[] = [];
    const monitor = new HealthMonitor({
      targets: [{ health, probe: () => new Promise((resolve) => answers.push(resolve)) }],
      policy: DEFAULT_POLICY.health,
      clock,
      logger: silentLogger,
      random: () => 0.5,
    });
    for (let count = 1; count < 8; count++) {
      while (answers.length < count) await clock.advance(1_000);
      clock.stall(DEFAULT_POLICY.health.deadlineMs);
      await clock.advance(1_000);
      // Every other probe is answered, within the time in which the relay could have read it.
      if (count % 2 === 0) answers.at(-1)!();
      await clock.advance(DEFAULT_POLICY.health.deadlineMs);
    }
    expect(health.status()).toMatchObject({ health: 'healthy', failures: 0 });
    await monitor[Symbol.asyncDispose]();
  });
});

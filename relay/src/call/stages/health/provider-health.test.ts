import { ParleyError } from '@parley/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { ProviderError } from '../provider-error.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { ProviderHealth, type Permit } from './provider-health.ts';

const { breaker: POLICY } = DEFAULT_POLICY;

function createTest() {
  const clock = new FakeClock();
  const provider = new ProviderHealth({
    stage: 'generator',
    name: 'fake',
    policy: POLICY,
    clock,
  });
  return { clock, provider };
}

const failure = () => new ParleyError('generator_failed');

function failTimes(provider: ProviderHealth, times: number): void {
  for (let count = 0; count < times; count++) provider.acquire()!.failed(failure());
}

const limited = (retryAfterMs: number) =>
  new ProviderError({ provider: 'fake', stage: 'generator', fault: 'rate-limited', retryAfterMs });

describe('the health of a provider', () => {
  it('is degraded by one failure, failed by three in a row, and healthy after a success', () => {
    const { provider } = createTest();
    failTimes(provider, 2);
    expect(provider.health).toBe('degraded');
    provider.acquire()!.succeeded();
    expect(provider.health).toBe('healthy');
    failTimes(provider, 2);
    expect(provider.health).toBe('degraded');
    failTimes(provider, 1);
    expect(provider.health).toBe('failed');
    expect(provider.breaker).toBe('open');
    expect(provider.acquire()).toBeUndefined();
  });

  it('lets one trial in after the cool-down, and opens at once, for longer, if it fails', async () => {
    const { provider, clock } = createTest();
    failTimes(provider, 3);
    await clock.advance(POLICY.coolDownMs);
    const trial = provider.acquire()!;
    expect(provider.acquire()).toBeUndefined();
    trial.failed(failure());
    expect(provider.breaker).toBe('open');
    await clock.advance(POLICY.coolDownMs);
    expect(provider.isUsable).toBe(false);
    await clock.advance(POLICY.coolDownMs);
    provider.acquire()!.succeeded();
    expect(provider).toMatchObject({ health: 'healthy', breaker: 'closed' });
  });

  it('lets the next request be the trial after a probe that went well', () => {
    const { provider } = createTest();
    failTimes(provider, 3);
    provider.probeSucceeded();
    expect(provider).toMatchObject({ health: 'failed', breaker: 'half-open', isUsable: true });
    provider.acquire()!.succeeded();
    expect(provider.health).toBe('healthy');
  });

  it('is healthy after a probe that went well, if probes have seen the outage', async () => {
    const { provider, clock } = createTest();
    failTimes(provider, 3);
    provider.probeFailed(failure());
    await clock.advance(1);
    provider.probeSucceeded();
    expect(provider).toMatchObject({ health: 'healthy', breaker: 'closed' });
    for (let count = 0; count < 3; count++) provider.probeFailed(failure());
    expect(provider.health).toBe('failed');
    provider.probeSucceeded();
    expect(provider.health).toBe('healthy');
  });

  it('lets requests through on approval after three probes that went well', async () => {
    const { provider, clock } = createTest();
    failTimes(provider, 3);
    for (let count = 0; count < 3; count++) {
      expect(provider.health).toBe('failed');
      provider.probeSucceeded();
    }
    expect(provider).toMatchObject({ health: 'degraded', breaker: 'closed' });
    await clock.advance(POLICY.recentMs + 1);
    expect(provider.health).toBe('healthy');
    failTimes(provider, 3);
    for (let count = 0; count < 3; count++) provider.probeSucceeded();
    failTimes(provider, 1);
    expect(provider.health).toBe('failed');
  });

  it('lets no request be the trial while probes fail', async () => {
    const { provider, clock } = createTest();
    failTimes(provider, 3);
    await clock.advance(POLICY.coolDownMs - 1);
    provider.probeFailed(failure());
    await clock.advance(POLICY.coolDownMs);
    expect(provider.isUsable).toBe(false);
  });

  it('is opened by probes alone', () => {
    const { provider } = createTest();
    for (let count = 0; count < 3; count++) provider.probeFailed(failure());
    expect(provider.acquire()).toBeUndefined();
  });

  it('is not opened by single failed probes far apart, or between probes that go well', async () => {
    const { provider, clock } = createTest();
    for (let count = 0; count < 5; count++) {
      provider.probeFailed(failure());
      provider.probeFailed(failure());
      expect(provider.health).toBe('degraded');
      provider.probeSucceeded();
      expect(provider.health).toBe('healthy');
    }
    for (let count = 0; count < 5; count++) {
      failTimes(provider, 2);
      await clock.advance(POLICY.recentMs);
      expect(provider.health).toBe('degraded');
      await clock.advance(1);
      expect(provider.health).toBe('healthy');
    }
  });

  it('does not take back what failed for real because a probe went well', () => {
    const { provider } = createTest();
    failTimes(provider, 2);
    provider.probeSucceeded();
    failTimes(provider, 1);
    expect(provider.breaker).toBe('open');
  });

  it('leaves the trial to the next request if it was abandoned', () => {
    const { provider } = createTest();
    failTimes(provider, 3);
    provider.probeSucceeded();
    provider.acquire()!.abandoned();
    expect(provider.isUsable).toBe(true);
    expect(provider.health).toBe('failed');
  });

  it.each(['capacity_exhausted', 'transcriber_failed', 'invalid_request'] as const)(
    'is not held to account for %s',
    (code) => {
      const { provider } = createTest();
      for (let count = 0; count < 5; count++) provider.acquire()!.failed(new ParleyError(code));
      expect(provider.health).toBe('healthy');
    },
  );

  it('is held to account for what its adapter did not expect', () => {
    const { provider } = createTest();
    provider.acquire()!.failed(new TypeError('undefined is not a function'));
    expect(provider.status()).toMatchObject({ health: 'degraded', lastFault: 'unexpected' });
  });

  it('is not usable within its retry-after, even if its probe succeeds', async () => {
    const { provider, clock } = createTest();
    provider.acquire()!.failed(limited(45_000));
    expect(provider.status()).toMatchObject({ lastFault: 'rate-limited', breaker: 'closed' });
    expect(provider.isWithinRetryAfter).toBe(true);
    await clock.advance(44_999);
    provider.probeSucceeded();
    expect(provider.acquire()).toBeUndefined();
    await clock.advance(1);
    expect(provider.acquire()).toBeDefined();
  });

  it('bounds the retry-after', async () => {
    const { provider, clock } = createTest();
    provider.acquire()!.failed(limited(86_400_000));
    await clock.advance(POLICY.maxRetryAfterMs);
    expect(provider.isUsable).toBe(true);
  });

  it('forgets by hand what went wrong, and what of that time is still on its way', () => {
    const { provider } = createTest();
    const late = provider.acquire()!;
    failTimes(provider, 3);
    provider.reset();
    expect(provider).toMatchObject({ health: 'healthy', breaker: 'closed', isUsable: true });
    late.failed(failure());
    expect(provider.health).toBe('healthy');
  });

  it('keeps its rules in every order of events', async () => {
    const step = fc.oneof(
      fc.constantFrom('begin', 'succeed', 'fail', 'abandon', 'probe-well', 'probe-ill'),
      fc.integer({ min: 1, max: 40_000 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { provider, clock } = createTest();
        const running: { permit: Permit; isTrial: boolean }[] = [];
        // Real failures and failed probes in a row, and when the last of them was.
        let failures = { real: 0, probes: 0, atMs: 0 };
        const none = { real: 0, probes: 0, atMs: 0 };
        const fail = (kind: 'real' | 'probes') => {
          if (before.breaker === 'closed') {
            const old = clock.now() - failures.atMs > POLICY.recentMs ? none : failures;
            failures = { ...old, [kind]: old[kind] + 1, atMs: clock.now() };
          }
        };
        let before = { breaker: provider.breaker, isUsable: provider.isUsable };
        const broken: string[] = [];
        const claim = (rule: string, holds: boolean) => {
          if (!holds) broken.push(rule);
        };
        for (const taken of steps) {
          before = { breaker: provider.breaker, isUsable: provider.isUsable };
          if (typeof taken === 'number') {
            await clock.advance(taken);
          } else if (taken === 'begin') {
            const permit = provider.acquire();
            claim('lets in who may go in', (permit !== undefined) === before.isUsable);
            if (permit !== undefined)
              running.push({ permit, isTrial: before.breaker === 'half-open' });
          } else if (taken === 'probe-well') {
            provider.probeSucceeded();
            failures = { ...failures, probes: 0 };
            claim('a probe lifts', provider.breaker !== 'open');
            if (before.breaker !== 'closed' && provider.breaker === 'closed') {
              // Either the outage is over, or one more failure opens it again.
              const isOver = provider.health === 'healthy';
              failures = isOver ? none : { real: 2, probes: 0, atMs: clock.now() };
            }
          } else if (taken === 'probe-ill') {
            provider.probeFailed(failure());
            fail('probes');
          } else {
            const next = running.shift();
            if (next === undefined) continue;
            if (taken === 'succeed') {
              next.permit.succeeded();
              if (before.breaker === 'closed' || next.isTrial) failures = none;
            } else if (taken === 'fail') {
              next.permit.failed(failure());
              fail('real');
              claim('a failed trial reopens', !next.isTrial || provider.breaker === 'open');
            } else {
              next.permit.abandoned();
            }
          }
          const isOld = clock.now() - failures.atMs > POLICY.recentMs;
          const inRow = isOld ? 0 : failures.real + failures.probes;
          const expected = inRow === 0 ? 'healthy' : 'degraded';
          if (before.breaker === 'closed') {
            const isOpen = provider.breaker !== 'closed';
            claim('three in a row open it, and no fewer', isOpen === inRow >= 3);
          }
          claim(
            'only a trial or a probe closes it',
            before.breaker === 'closed' ||
              provider.breaker !== 'closed' ||
              failures === none ||
              taken === 'probe-well',
          );
          claim(
            'tells how it is',
            provider.health === (provider.breaker === 'closed' ? expected : 'failed'),
          );
          claim('one trial at a time', running.filter(({ isTrial }) => isTrial).length <= 1);
          claim(
            'open costs nothing',
            provider.breaker !== 'open' || provider.acquire() === undefined,
          );
        }
        expect(broken).toEqual([]);
        provider[Symbol.dispose]();
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

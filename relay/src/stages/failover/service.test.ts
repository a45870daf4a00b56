import { ParleyError } from '@parley/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../lib/fake-clock.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { Service, type Use } from './service.ts';

const { breaker: POLICY } = DEFAULT_POLICY;

function createTest() {
  const clock = new FakeClock();
  const service = new Service({
    stage: 'generator',
    name: 'fake',
    hasProbe: true,
    policy: POLICY,
    clock,
    wallNow: () => 1_000 + clock.now(),
  });
  return { clock, service };
}

const failure = () => new ParleyError('generator_failed');

function failTimes(service: Service, times: number): void {
  for (let count = 0; count < times; count++) service.begin()!.failed(failure());
}

class Limited extends ParleyError {
  readonly fault = 'rate-limited';
  readonly isRetryable = true;
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('generator_failed');
    this.retryAfterMs = retryAfterMs;
  }
}

describe('a service', () => {
  it('is degraded by one failure, failed by three in a row, and healthy after a success', () => {
    const { service } = createTest();
    failTimes(service, 2);
    expect(service.health).toBe('degraded');
    service.begin()!.succeeded();
    expect(service.health).toBe('healthy');
    failTimes(service, 2);
    expect(service.health).toBe('degraded');
    failTimes(service, 1);
    expect(service.health).toBe('failed');
    expect(service.breaker).toBe('open');
    expect(service.begin()).toBeUndefined();
  });

  it('lets one trial in after the cool-down, and opens at once, for longer, where it fails', async () => {
    const { service, clock } = createTest();
    failTimes(service, 3);
    await clock.advance(POLICY.coolDownMs);
    const trial = service.begin()!;
    expect(service.begin()).toBeUndefined();
    trial.failed(failure());
    expect(service.breaker).toBe('open');
    await clock.advance(POLICY.coolDownMs);
    expect(service.isUsable).toBe(false);
    await clock.advance(POLICY.coolDownMs);
    service.begin()!.succeeded();
    expect(service).toMatchObject({ health: 'healthy', breaker: 'closed' });
  });

  it('lets the next request be the trial after a probe that went well', () => {
    const { service } = createTest();
    failTimes(service, 3);
    service.probeSucceeded();
    expect(service).toMatchObject({ health: 'failed', breaker: 'half-open', isUsable: true });
    service.begin()!.succeeded();
    expect(service.health).toBe('healthy');
  });

  it('lets no request be the trial while probes fail', async () => {
    const { service, clock } = createTest();
    failTimes(service, 3);
    await clock.advance(POLICY.coolDownMs - 1);
    service.probeFailed(failure());
    await clock.advance(POLICY.coolDownMs);
    expect(service.isUsable).toBe(false);
  });

  it('is opened by probes alone', () => {
    const { service } = createTest();
    for (let count = 0; count < 3; count++) service.probeFailed(failure());
    expect(service.begin()).toBeUndefined();
  });

  it('is not opened by single failed probes far apart, or between probes that go well', async () => {
    const { service, clock } = createTest();
    for (let count = 0; count < 5; count++) {
      service.probeFailed(failure());
      service.probeFailed(failure());
      expect(service.health).toBe('degraded');
      service.probeSucceeded();
      expect(service.health).toBe('healthy');
    }
    for (let count = 0; count < 5; count++) {
      failTimes(service, 2);
      await clock.advance(POLICY.recentMs);
      expect(service.health).toBe('degraded');
      await clock.advance(1);
      expect(service.health).toBe('healthy');
    }
  });

  it('does not take back what failed for real because a probe went well', () => {
    const { service } = createTest();
    failTimes(service, 2);
    service.probeSucceeded();
    failTimes(service, 1);
    expect(service.breaker).toBe('open');
  });

  it('leaves the trial to the next request where it was broken off', () => {
    const { service } = createTest();
    failTimes(service, 3);
    service.probeSucceeded();
    service.begin()!.abandoned();
    expect(service.isUsable).toBe(true);
    expect(service.health).toBe('failed');
  });

  it.each(['capacity_exhausted', 'transcriber_failed', 'invalid_request'] as const)(
    'is not held to account for %s',
    (code) => {
      const { service } = createTest();
      for (let count = 0; count < 5; count++) service.begin()!.failed(new ParleyError(code));
      expect(service.health).toBe('healthy');
    },
  );

  it('is held to account for what its adapter did not expect', () => {
    const { service } = createTest();
    service.begin()!.failed(new TypeError('undefined is not a function'));
    expect(service.status()).toMatchObject({ health: 'degraded', lastFault: 'unexpected' });
  });

  it('is not asked before it wants to be, whatever its probe says', async () => {
    const { service, clock } = createTest();
    service.begin()!.failed(new Limited(45_000));
    expect(service.status()).toMatchObject({
      lastFault: 'rate-limited',
      retryInMs: 45_000,
      breaker: 'closed',
    });
    await clock.advance(44_999);
    service.probeSucceeded();
    expect(service.begin()).toBeUndefined();
    await clock.advance(1);
    expect(service.begin()).toBeDefined();
  });

  it('bounds how long a provider may ask to be left alone', async () => {
    const { service, clock } = createTest();
    service.begin()!.failed(new Limited(86_400_000));
    await clock.advance(POLICY.maxRetryAfterMs);
    expect(service.isUsable).toBe(true);
  });

  it('forgets by hand what went wrong, and what of that time is still on its way', () => {
    const { service } = createTest();
    const late = service.begin()!;
    failTimes(service, 3);
    service.reset();
    expect(service).toMatchObject({ health: 'healthy', breaker: 'closed', isUsable: true });
    late.failed(failure());
    expect(service.health).toBe('healthy');
  });

  it('keeps its rules in every order of events', async () => {
    const step = fc.oneof(
      fc.constantFrom('begin', 'succeed', 'fail', 'abandon', 'probe-well', 'probe-ill'),
      fc.integer({ min: 1, max: 40_000 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { service, clock } = createTest();
        const running: { use: Use; isTrial: boolean }[] = [];
        // Real failures and failed probes in a row, and when the last of them was.
        let failures = { real: 0, probes: 0, atMs: 0 };
        const none = { real: 0, probes: 0, atMs: 0 };
        const fail = (kind: 'real' | 'probes') => {
          if (before.breaker === 'closed') {
            const old = clock.now() - failures.atMs > POLICY.recentMs ? none : failures;
            failures = { ...old, [kind]: old[kind] + 1, atMs: clock.now() };
          }
        };
        let before = { breaker: service.breaker, isUsable: service.isUsable };
        const broken: string[] = [];
        const claim = (rule: string, holds: boolean) => {
          if (!holds) broken.push(rule);
        };
        for (const taken of steps) {
          before = { breaker: service.breaker, isUsable: service.isUsable };
          if (typeof taken === 'number') {
            await clock.advance(taken);
          } else if (taken === 'begin') {
            const use = service.begin();
            claim('lets in who may go in', (use !== undefined) === before.isUsable);
            if (use !== undefined) running.push({ use, isTrial: before.breaker === 'half-open' });
          } else if (taken === 'probe-well') {
            service.probeSucceeded();
            failures = { ...failures, probes: 0 };
            claim('a probe lifts', before.breaker !== 'open' || service.breaker === 'half-open');
          } else if (taken === 'probe-ill') {
            service.probeFailed(failure());
            fail('probes');
          } else {
            const next = running.shift();
            if (next === undefined) continue;
            if (taken === 'succeed') {
              next.use.succeeded();
              if (before.breaker === 'closed' || next.isTrial) failures = none;
            } else if (taken === 'fail') {
              next.use.failed(failure());
              fail('real');
              claim('a failed trial reopens', !next.isTrial || service.breaker === 'open');
            } else {
              next.use.abandoned();
            }
          }
          const isOld = clock.now() - failures.atMs > POLICY.recentMs;
          const inRow = isOld ? 0 : failures.real + failures.probes;
          const expected = inRow === 0 ? 'healthy' : 'degraded';
          if (before.breaker === 'closed') {
            const isOpen = service.breaker !== 'closed';
            claim('three in a row open it, and no fewer', isOpen === inRow >= 3);
          }
          claim(
            'only a trial closes it',
            before.breaker === 'closed' || service.breaker !== 'closed' || failures === none,
          );
          claim(
            'tells how it is',
            service.health === (service.breaker === 'closed' ? expected : 'failed'),
          );
          claim('one trial at a time', running.filter(({ isTrial }) => isTrial).length <= 1);
          claim('open costs nothing', service.breaker !== 'open' || service.begin() === undefined);
        }
        expect(broken).toEqual([]);
        service[Symbol.dispose]();
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

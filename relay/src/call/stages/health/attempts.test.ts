import { ParleyError } from '@parley/shared';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { activeName, Attempts, type Candidate } from './attempts.ts';
import { ProviderError, type ProviderFault } from '../provider-error.ts';
import { DEFAULT_POLICY, type RetryPolicy } from './policy.ts';
import { ProviderHealth } from './provider-health.ts';

const BROWSER = 'browser';

function createTest(names: readonly string[], retry: RetryPolicy = DEFAULT_POLICY.retry) {
  const clock = new FakeClock();
  const candidates = names.map((name): Candidate<string> => ({
    name,
    provider: name,
    health:
      name === BROWSER
        ? undefined
        : new ProviderHealth({
            stage: 'generator',
            name,
            policy: DEFAULT_POLICY.breaker,
            clock,
          }),
  }));
  const failovers: string[] = [];
  const attempts = () =>
    new Attempts({
      stage: 'generator',
      candidates,
      retry,
      clock,
      onFailover: ({ from, to, reason }) => failovers.push(`${from} > ${to}: ${reason}`),
    });
  const open = (name: string) => {
    const { health } = candidates.find((candidate) => candidate.name === name)!;
    while (health!.breaker === 'closed') health!.acquire()!.failed(failure());
  };
  const asked = () => candidates.map(({ health }) => health?.status().requests);
  return { clock, candidates, attempts, open, failovers, asked };
}

const failure = () => new ParleyError('generator_failed');
const full = () => new ParleyError('capacity_exhausted');
const faulty = (fault: ProviderFault) =>
  new ProviderError({ provider: 'a', stage: 'generator', fault });
const limited = () => faulty('rate-limited');
const final = () => faulty('unauthorized');

describe('the attempts of a request', () => {
  it('go down the list, reporting each failover once, until none is left', () => {
    const { attempts, failovers } = createTest(['a', 'b', 'c']);
    const request = attempts();
    let attempt = request.first();
    const order: string[] = [];
    const errors = [failure(), new ParleyError('generator_timeout'), final()];
    for (const error of errors) {
      order.push(attempt!.candidate.name);
      attempt = request.next(attempt!, error);
    }
    expect(attempt).toBeUndefined();
    expect(order).toEqual(['a', 'b', 'c']);
    expect(failovers).toEqual([
      'a > b: generator_failed',
      'b > c: generator_timeout',
      'c > none: generator_failed',
    ]);
    expect(request.exhausted()).toBe(errors[2]);
  });

  it('skip candidates whose breaker is open', () => {
    const { attempts, open, failovers, asked } = createTest(['a', 'b']);
    open('a');
    const before = asked();
    expect(attempts().first()!.candidate.name).toBe('b');
    expect(asked()[0]).toBe(before[0]);
    expect(failovers).toEqual([]);
  });

  it('stop at the browser without trying those after it', () => {
    const { attempts, failovers } = createTest(['a', BROWSER, 'b']);
    const request = attempts();
    expect(request.next(request.first()!, failure())).toBeUndefined();
    expect(failovers).toEqual(['a > browser: generator_failed']);
  });

  it('fail at once, with an error of the stage, if no candidate is usable', () => {
    const { attempts, open, failovers } = createTest(['a', BROWSER]);
    open('a');
    const request = attempts();
    expect(request.first()).toBeUndefined();
    expect(request.exhausted()).toMatchObject({ code: 'generator_failed' });
    expect(failovers).toEqual([]);
  });

  it('retry a lone candidate once', () => {
    const { attempts, failovers } = createTest(['a']);
    const request = attempts();
    const second = request.next(request.first()!, failure());
    expect(second!.candidate.name).toBe('a');
    expect(failovers).toEqual([]);
    expect(request.next(second!, failure())).toBeUndefined();
  });

  it.each([
    ['it delivered something', {}, failure, false, 0],
    ['it would fail again', {}, final, true, 0],
    ['it has no room', {}, full, true, 0],
    ['it wants to be asked less often', {}, limited, true, 0],
    ['it took long to fail', {}, failure, true, 1_001],
    ['the policy forbids it', { when: 'never' }, failure, true, 0],
  ] as const)('do not retry if %s', async (_, change, error, isRepeatable, ms) => {
    const { attempts, clock } = createTest(['a'], { ...DEFAULT_POLICY.retry, ...change });
    const request = attempts();
    const attempt = request.first()!;
    await clock.advance(ms);
    expect(request.next(attempt, error(), { isRepeatable })).toBeUndefined();
  });

  it('count the candidates left, for each to have a share of the time', () => {
    const { attempts, open } = createTest(['a', 'b', 'c', BROWSER]);
    open('b');
    const request = attempts();
    const first = request.first()!;
    expect(request.remaining).toBe(2);
    request.next(first, failure());
    expect(request.remaining).toBe(1);
  });
});

describe('the active provider', () => {
  it('is the first that works', () => {
    const { candidates, open } = createTest(['a', 'b']);
    expect(activeName(candidates)).toBe('a');
    open('a');
    expect(activeName(candidates)).toBe('b');
    open('b');
    expect(activeName(candidates)).toBe('none');
  });

  it('is not one that is half-open, as long as another works', () => {
    const { candidates, open } = createTest(['a', 'b']);
    open('a');
    candidates[0]!.health!.probeSucceeded();
    expect(activeName(candidates)).toBe('b');
    candidates[0]!.health!.acquire()!.succeeded();
    expect(activeName(candidates)).toBe('a');
  });

  it('is one that is half-open if it would be the browser or none otherwise', () => {
    for (const names of [['a', BROWSER], ['a']]) {
      const { candidates, open } = createTest(names);
      open('a');
      expect(activeName(candidates)).toBe(names[1] ?? 'none');
      candidates[0]!.health!.probeSucceeded();
      expect(activeName(candidates)).toBe('a');
    }
  });
});

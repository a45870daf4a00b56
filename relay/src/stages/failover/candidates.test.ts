import { ParleyError } from '@parley/shared';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../lib/fake-clock.ts';
import { activeName, Walk, type Candidate } from './candidates.ts';
import { DEFAULT_POLICY, type RetryPolicy } from './policy.ts';
import { Service } from './service.ts';

const BROWSER = 'browser';

function createTest(names: readonly string[], retry: RetryPolicy = DEFAULT_POLICY.retry) {
  const clock = new FakeClock();
  const candidates = names.map((name): Candidate<string> => ({
    name,
    provider: name,
    service:
      name === BROWSER
        ? undefined
        : new Service({
            stage: 'generator',
            name,
            hasProbe: false,
            policy: DEFAULT_POLICY.breaker,
            clock,
          }),
  }));
  const told: string[] = [];
  const walk = () =>
    new Walk({
      stage: 'generator',
      candidates,
      retry,
      clock,
      onFailover: (from, to, reason) => told.push(`${from} > ${to}: ${reason}`),
    });
  const open = (name: string) => {
    const { service } = candidates.find((candidate) => candidate.name === name)!;
    while (service!.breaker === 'closed') service!.begin()!.failed(failure());
  };
  const asked = () => candidates.map(({ service }) => service?.status().requests);
  return { clock, candidates, walk, open, told, asked };
}

const failure = () => new ParleyError('generator_failed');
const full = () => new ParleyError('capacity_exhausted');
const limited = () => Object.assign(failure(), { fault: 'rate-limited' });
const final = () => Object.assign(failure(), { isRetryable: false });

describe('a walk', () => {
  it('goes down the list, telling of each step once, until nobody is left', () => {
    const { walk, told } = createTest(['a', 'b', 'c']);
    const request = walk();
    let attempt = request.first();
    const order: string[] = [];
    const errors = [failure(), new ParleyError('generator_timeout'), final()];
    for (const error of errors) {
      order.push(attempt!.candidate.name);
      attempt = request.after(attempt!, error, true);
    }
    expect(attempt).toBeUndefined();
    expect(order).toEqual(['a', 'b', 'c']);
    expect(told).toEqual([
      'a > b: generator_failed',
      'b > c: generator_timeout',
      'c > none: generator_failed',
    ]);
    expect(request.exhausted()).toBe(errors[2]);
  });

  it('asks nothing of those whose breaker is open', () => {
    const { walk, open, told, asked } = createTest(['a', 'b']);
    open('a');
    const before = asked();
    expect(walk().first()!.candidate.name).toBe('b');
    expect(asked()[0]).toBe(before[0]);
    expect(told).toEqual([]);
  });

  it('stops at the browser without asking those after it', () => {
    const { walk, told } = createTest(['a', BROWSER, 'b']);
    const request = walk();
    expect(request.after(request.first()!, failure(), true)).toBeUndefined();
    expect(told).toEqual(['a > browser: generator_failed']);
  });

  it('fails at once, with an error of its stage, where nobody can be asked', () => {
    const { walk, open, told } = createTest(['a', BROWSER]);
    open('a');
    const request = walk();
    expect(request.first()).toBeUndefined();
    expect(request.exhausted()).toMatchObject({ code: 'generator_failed' });
    expect(told).toEqual([]);
  });

  it('asks one that is alone a second time, and no third', () => {
    const { walk, told } = createTest(['a']);
    const request = walk();
    const second = request.after(request.first()!, failure(), true);
    expect(second!.candidate.name).toBe('a');
    expect(told).toEqual([]);
    expect(request.after(second!, failure(), true)).toBeUndefined();
  });

  it.each([
    ['it delivered something', {}, failure, false, 0],
    ['it would fail again', {}, final, true, 0],
    ['it has no room', {}, full, true, 0],
    ['it wants to be asked less often', {}, limited, true, 0],
    ['it took long to fail', {}, failure, true, 1_001],
    ['the policy forbids it', { when: 'never' }, failure, true, 0],
  ] as const)('does not ask again where %s', async (_, change, error, isUntouched, ms) => {
    const { walk, clock } = createTest(['a'], { ...DEFAULT_POLICY.retry, ...change });
    const request = walk();
    const attempt = request.first()!;
    await clock.advance(ms);
    expect(request.after(attempt, error(), isUntouched)).toBeUndefined();
  });

  it('asks again although there are others where the policy says so', () => {
    const { walk } = createTest(['a', 'b'], { ...DEFAULT_POLICY.retry, when: 'always' });
    const request = walk();
    const second = request.after(request.first()!, failure(), true);
    expect(second!.candidate.name).toBe('a');
    expect(request.after(second!, failure(), true)!.candidate.name).toBe('b');
  });

  it('counts who is left, for each to have a share of the time', () => {
    const { walk, open } = createTest(['a', 'b', 'c', BROWSER]);
    open('b');
    const request = walk();
    const first = request.first()!;
    expect(request.left).toBe(2);
    request.after(first, failure(), true);
    expect(request.left).toBe(1);
  });
});

describe('who is active', () => {
  it('is the first who works', () => {
    const { candidates, open } = createTest(['a', 'b']);
    expect(activeName(candidates)).toBe('a');
    open('a');
    expect(activeName(candidates)).toBe('b');
    open('b');
    expect(activeName(candidates)).toBe('none');
  });

  it('is not one who only may be tried, as long as another works', () => {
    const { candidates, open } = createTest(['a', 'b']);
    open('a');
    candidates[0]!.service!.probeSucceeded();
    expect(activeName(candidates)).toBe('b');
    candidates[0]!.service!.begin()!.succeeded();
    expect(activeName(candidates)).toBe('a');
  });

  it('is one who may be tried where it would be the browser or nobody otherwise', () => {
    for (const names of [['a', BROWSER], ['a']]) {
      const { candidates, open } = createTest(names);
      open('a');
      expect(activeName(candidates)).toBe(names[1] ?? 'none');
      candidates[0]!.service!.probeSucceeded();
      expect(activeName(candidates)).toBe('a');
    }
  });
});

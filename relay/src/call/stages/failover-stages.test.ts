import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../base/lib/clock.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { DEFAULT_POLICY } from './health/policy.ts';
import type { GenerateRequest, Generator } from './generator/generator.ts';
import { ProviderError, type ProviderFault } from './provider-error.ts';
import type { Owned } from './provider.ts';
import { FakeSpeaker } from './synthesizer/speaker.fake.ts';
import { createFailoverStages } from './failover-stages.ts';

const REQUEST: GenerateRequest = {
  history: [],
  signal: new AbortController().signal,
  person: { timeZone: 'UTC' },
  reminders: { add: () => undefined, list: () => [], cancel: () => {} },
};

/** A generator that works or not, and says so when probed. */
function createFake(name: string, log: string[], extra: Partial<Owned<Generator>> = {}) {
  const state: { fault: ProviderFault | undefined; retryAfterMs?: number } = { fault: undefined };
  const check = () => {
    if (state.fault === undefined) return;
    const { fault, retryAfterMs } = state;
    throw new ProviderError({
      provider: name,
      stage: 'generator',
      fault,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  };
  const generator: Owned<Generator> = {
    name,
    async *generate() {
      log.push(`generate ${name}`);
      check();
      yield { type: 'text-delta', text: name };
    },
    probe: async () => {
      log.push(`probe ${name}`);
      check();
    },
    prepare: () => {
      log.push(`prepare ${name}`);
      return () => log.push(`release ${name}`);
    },
    [Symbol.asyncDispose]: async () => {
      log.push(`dispose ${name}`);
    },
    ...extra,
  };
  return { state, generator };
}

function createTest({
  generators,
  random = 0.5,
}: { readonly generators?: readonly Generator[]; readonly random?: number } = {}) {
  const clock = new FakeClock();
  const log: string[] = [];
  const [a, b] = [createFake('a', log), createFake('b', log)];
  const providers = createFailoverStages({
    transcribers: [],
    generators: generators ?? [a.generator, b.generator],
    synthesizers: [new FakeSpeaker('voice', clock, [])],
    policy: DEFAULT_POLICY,
    clock,
    logger: silentLogger,
    random: () => random,
  });
  const answer = async () => {
    const events = await Array.fromAsync(providers.generator.generate(REQUEST, {}));
    return events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []));
  };
  return { clock, log, a, b, providers, answer };
}

const { intervalMs } = DEFAULT_POLICY.health;

describe('the stages with failover', () => {
  it('say which provider is active, and the health of each', async () => {
    const { providers } = createTest();
    expect(providers.ladder.active('generator')).toBe('a');
    expect(providers.synthesizer.active()).toBe('voice');
    expect(providers.transcriber.active()).toBe('none');
    expect(providers.services().map(({ stage, name, health }) => [stage, name, health])).toEqual([
      ['generator', 'a', 'healthy'],
      ['generator', 'b', 'healthy'],
      ['synthesizer', 'voice', 'healthy'],
    ]);
    await providers[Symbol.asyncDispose]();
  });

  it('tell of a failover once, and of the way back only when a request succeeded', async () => {
    const { providers, a, clock, answer } = createTest();
    const told: string[] = [];
    const end = providers.ladder.subscribe((stage, active) => told.push(`${stage}: ${active}`));
    a.state.fault = 'overloaded';
    for (let count = 0; count < 5; count++) expect(await answer()).toEqual(['b']);
    expect(told).toEqual(['generator: b']);
    a.state.fault = undefined;
    await clock.advance(intervalMs);
    expect(told).toEqual(['generator: b']);
    expect(providers.services()[0]).toMatchObject({
      breaker: 'half-open',
      lastFault: 'overloaded',
    });
    expect(await answer()).toEqual(['a']);
    expect(told).toEqual(['generator: b', 'generator: a']);
    end();
    providers.reset('generator', 'a');
    await providers[Symbol.asyncDispose]();
  });

  it('notice by probes alone that one has failed', async () => {
    const { providers, a, clock, answer, log } = createTest();
    a.state.fault = 'unreachable';
    await clock.advance(3.5 * intervalMs);
    expect(providers.ladder.active('generator')).toBe('b');
    expect(await answer()).toEqual(['b']);
    expect(log).not.toContain('generate a');
    await providers[Symbol.asyncDispose]();
  });

  it.each([
    ['early', 0],
    ['in the middle', 0.5],
    ['late', 1 - Number.EPSILON],
  ])(
    'use one that is alone and was frozen within one probe of its return, probed %s',
    async (_, random) => {
      let isFrozen = true;
      const frozen = () => (isFrozen ? new Promise<never>(() => {}) : Promise.resolve());
      const alone: Generator = {
        name: 'alone',
        async *generate() {
          await frozen();
          yield { type: 'text-delta', text: 'alone' };
        },
        probe: frozen,
      };
      const { providers, clock } = createTest({ generators: [alone], random });
      const ask = () => Array.fromAsync(providers.generator.generate(REQUEST, {}));
      while (providers.services()[0]?.breaker === 'closed') {
        const answer = ask();
        answer.catch(() => {});
        await clock.advance(DEFAULT_POLICY.attempts.generatorFirstMs);
        await expect(answer).rejects.toMatchObject({ code: 'generator_timeout' });
      }
      await clock.advance(2 * intervalMs);
      await expect(ask()).rejects.toMatchObject({ code: 'generator_failed' });
      isFrozen = false;
      // A check that began before its return fails first.
      const { deadlineMs, jitter } = DEFAULT_POLICY.health;
      await clock.advance(deadlineMs + (1 + jitter) * intervalMs);
      expect(await ask()).toMatchObject([{ text: 'alone' }]);
      expect(providers.services()[0]).toMatchObject({ health: 'healthy' });
      await providers[Symbol.asyncDispose]();
    },
  );

  it('honour a retry-after', async () => {
    const { providers, a, clock, answer, log } = createTest();
    Object.assign(a.state, { fault: 'rate-limited', retryAfterMs: 50_000 });
    await answer();
    Object.assign(a.state, { fault: undefined });
    expect(providers.ladder.active('generator')).toBe('b');
    await clock.advance(49_999);
    await answer();
    expect(log.filter((line) => line === 'generate a')).toHaveLength(1);
    await clock.advance(1);
    expect(providers.ladder.active('generator')).toBe('a');
    expect(await answer()).toEqual(['a']);
    await providers[Symbol.asyncDispose]();
  });

  it('are reset by hand', async () => {
    const { providers, a, answer } = createTest();
    a.state.fault = 'unauthorized';
    for (let count = 0; count < 3; count++) await answer();
    a.state.fault = undefined;
    expect(providers.reset('generator', 'unknown')).toBe(false);
    expect(await answer()).toEqual(['b']);
    expect(providers.reset('generator', 'a')).toBe(true);
    expect(await answer()).toEqual(['a']);
    await providers[Symbol.asyncDispose]();
  });

  it('prepare the active one at once and the second a little later', async () => {
    const { providers, clock, log } = createTest();
    const release = providers.generator.prepare();
    expect(log).toEqual(['prepare a']);
    await clock.advance(DEFAULT_POLICY.prepareSecondMs);
    expect(log.filter((line) => !line.startsWith('probe'))).toEqual(['prepare a', 'prepare b']);
    release();
    providers.generator.prepare()();
    const rest = log.filter((line) => !line.startsWith('probe')).slice(2);
    expect(rest).toEqual(['release a', 'release b', 'prepare a', 'release a']);
    await providers[Symbol.asyncDispose]();
  });

  it('prepare during a call each provider that becomes usable', async () => {
    const { providers, clock, log, a, answer } = createTest();
    const prepared = () => log.filter((line) => /^(?:prepare|release)/.test(line));
    a.state.fault = 'unauthorized';
    for (let count = 0; count < 3; count++) await answer();
    const release = providers.generator.prepare();
    expect(prepared()).toEqual(['prepare b']);
    a.state.fault = undefined;
    expect(providers.reset('generator', 'a')).toBe(true);
    expect(prepared()).toEqual(['prepare b', 'prepare a']);
    release();
    await clock.advance(DEFAULT_POLICY.prepareSecondMs);
    expect(prepared().slice(2).toSorted()).toEqual(['release a', 'release b']);
    await providers[Symbol.asyncDispose]();
  });

  it('dispose of every provider, and leave no timer behind', async () => {
    const { providers, clock, log, a, answer } = createTest();
    a.state.fault = 'overloaded';
    for (let count = 0; count < 3; count++) await answer();
    await settle();
    await providers[Symbol.asyncDispose]();
    expect(log.slice(-2)).toEqual(['dispose a', 'dispose b']);
    expect(clock.pendingTimers).toBe(0);
  });
});

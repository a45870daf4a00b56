import { ParleyError } from '@parley/shared';
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../lib/fake-clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { DEFAULT_POLICY } from './policy.ts';
import type { GenerateRequest, Generator, GeneratorEvent } from '../generator.ts';
import type { Failover } from '../provider.ts';
import { FailoverGenerator } from './failover-generator.ts';
import { StageCandidates } from './stage-candidates.ts';

const failed = () => new ParleyError('generator_failed');
const text = (words: string): GeneratorEvent => ({ type: 'text-delta', text: words });
const usage: GeneratorEvent = { type: 'usage-reported', inputTokens: 7, outputTokens: 0 };
const tool: GeneratorEvent = { type: 'tool-called', name: 'remind' };

type Step = GeneratorEvent | Error | 'hang' | number;

/** Plays a script: events, waits in ms, a hang or an error. */
function fake(name: string, script: readonly Step[], clock: FakeClock) {
  const asked: { atMs: number; signal: AbortSignal }[] = [];
  const generator: Generator = {
    name,
    async *generate({ signal }) {
      asked.push({ atMs: clock.now(), signal });
      for (const step of script) {
        if (step === 'hang') await new Promise(() => {});
        else if (step instanceof Error) throw step;
        else if (typeof step === 'number') {
          await new Promise<void>((resolve) => clock.after(step, resolve));
        } else yield step;
      }
    },
  };
  return { generator, asked };
}

function createTest(...scripts: readonly (readonly Step[])[]) {
  const clock = new FakeClock();
  const fakes = scripts.map((script, index) => fake('abc'[index]!, script, clock));
  const stage = new StageCandidates<Generator>({
    stage: 'generator',
    providers: fakes.map(({ generator }) => generator),
    policy: DEFAULT_POLICY,
    clock,
    logger: silentLogger,
  });
  const failovers: Failover[] = [];
  const abort = new AbortController();
  const run = () => {
    const events: GeneratorEvent[] = [];
    const request: GenerateRequest = {
      history: [],
      signal: abort.signal,
      person: { timeZone: 'UTC' },
      reminders: { add: () => undefined, list: () => [], cancel: () => {} },
    };
    const observer = { onFailover: (failover: Failover) => failovers.push(failover) };
    const done = (async () => {
      for await (const event of new FailoverGenerator(stage).generate(request, observer)) {
        events.push(event);
      }
    })();
    done.catch(() => {});
    return { events, done };
  };
  return { clock, fakes, stage, failovers, abort, run };
}

const { generatorFirstMs, generatorStallMs } = DEFAULT_POLICY.attempts;

describe('the resilient generator', () => {
  it('lets another answer while nothing was said, and passes on what the first one cost', async () => {
    const { run, failovers, fakes } = createTest([usage, failed()], [text('Hello.'), usage]);
    const { events, done } = run();
    await done;
    expect(events).toEqual([usage, text('Hello.'), usage]);
    expect(failovers).toEqual([
      { stage: 'generator', from: 'a', to: 'b', reason: 'generator_failed' },
    ]);
    expect(fakes[1]!.asked[0]!.atMs).toBe(fakes[0]!.asked[0]!.atMs);
  });

  it.each([
    ['a word was said', text('Hel')],
    ['a tool was used', tool],
  ])('passes the failure up once %s', async (_, event) => {
    const { run, failovers, fakes, stage } = createTest([event, failed()], [text('Hello.')]);
    const { events, done } = run();
    await expect(done).rejects.toMatchObject({ code: 'generator_failed' });
    expect(events).toEqual([event]);
    expect(failovers).toEqual([]);
    expect(fakes[1]!.asked).toEqual([]);
    expect(stage.candidates[0]!.health!.health).toBe('degraded');
  });

  it('does not wait longer for the first word because usage was reported', async () => {
    const { run, clock, fakes } = createTest([5_000, usage, 'hang'], [text('Hello.')]);
    const { events, done } = run();
    await clock.advance(generatorFirstMs - 1);
    expect(fakes[1]!.asked).toEqual([]);
    await clock.advance(1);
    await done;
    expect(events).toEqual([usage, text('Hello.')]);
    expect(fakes[0]!.asked[0]!.signal.aborted).toBe(true);
  });

  it('ends a reply that stalls, with the error of its stage', async () => {
    const { run, clock } = createTest([text('Hel'), 'hang'], [text('Hello.')]);
    const { done } = run();
    await clock.advance(generatorStallMs);
    await expect(done).rejects.toMatchObject({ code: 'generator_timeout' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives one that is alone all the time of its stage', async () => {
    const { run, clock, fakes } = createTest([50_000, text('Hello.')]);
    const { events, done } = run();
    await clock.advance(50_000);
    await done;
    expect(events).toEqual([text('Hello.')]);
    expect(fakes[0]!.asked).toHaveLength(1);
  });

  it('gives a tool more time than a sentence that stalls', async () => {
    const { run, clock } = createTest([tool, 2 * generatorStallMs, text('Done.')], [text('No.')]);
    const { events, done } = run();
    await clock.advance(2 * generatorStallMs);
    await done;
    expect(events).toEqual([tool, text('Done.')]);
  });

  it('lets another answer where the first has not a word to say', async () => {
    const { run, failovers } = createTest([usage], [text('Hello.')]);
    const { events, done } = run();
    await done;
    expect(events).toEqual([usage, text('Hello.')]);
    expect(failovers).toMatchObject([{ from: 'a', to: 'b' }]);
  });

  it('asks one that is alone a second time where it failed fast', async () => {
    const { run, fakes, failovers } = createTest([failed()]);
    await expect(run().done).rejects.toMatchObject({ code: 'generator_failed' });
    expect(fakes[0]!.asked).toHaveLength(2);
    expect(failovers.map(({ to }) => to)).toEqual(['none']);
  });

  it('asks no generator whose breaker is open', async () => {
    const { run, fakes, failovers } = createTest([failed()], [text('Hello.')]);
    for (let count = 0; count < 4; count++) await run().done;
    expect(fakes[0]!.asked).toHaveLength(3);
    expect(fakes[1]!.asked).toHaveLength(4);
    expect(failovers).toHaveLength(3);
  });

  it('ends quietly when aborted, holds nothing against anyone and leaves nothing behind', async () => {
    const { run, abort, stage, clock, fakes } = createTest(['hang'], [text('Hello.')]);
    const { done } = run();
    await settle();
    abort.abort();
    await done;
    expect(stage.candidates[0]!.health!.health).toBe('healthy');
    expect(fakes[0]!.asked[0]!.signal.aborted).toBe(true);
    expect(fakes[1]!.asked).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });

  it('lets a consumer leave early', async () => {
    const { stage, fakes, clock } = createTest([text('one'), text('two'), 'hang']);
    const abort = new AbortController();
    const request = {
      history: [],
      signal: abort.signal,
      person: { timeZone: 'UTC' },
      reminders: { add: () => undefined, list: () => [], cancel: () => {} },
    };
    for await (const _ of new FailoverGenerator(stage).generate(request, {})) break;
    expect(fakes[0]!.asked[0]!.signal.aborted).toBe(true);
    expect(clock.pendingTimers).toBe(0);
    expect(stage.candidates[0]!.health!.isUsable).toBe(true);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });
});

import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { settle } from '../../../base/lib/clock.fake.ts';
import {
  answered,
  createTest,
  failed,
  requestOf,
  text,
  thought,
  tool,
  usage,
} from './generators.fake.ts';
import { FailoverGenerator } from './failover-generator.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';

const { generatorFirstMs, generatorStallMs, generatorThinkingMs } = DEFAULT_POLICY.attempts;

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

  it('gives up one that is alone and frozen within its first deadline', async () => {
    const { run, clock, fakes } = createTest(['hang']);
    const { done } = run();
    await clock.advance(generatorFirstMs);
    await expect(done).rejects.toMatchObject({ code: 'generator_timeout' });
    expect(fakes[0]!.asked).toHaveLength(1);
  });

  it('waits for one that thinks, beyond the first deadline', async () => {
    const thinking = Array.from({ length: 5 }, () => [4_000, thought]).flat();
    const { run, clock, fakes } = createTest([...thinking, text('Yes.')], [text('Hello.')]);
    const { events, done } = run();
    await clock.advance(20_000);
    await done;
    expect(events).toEqual([text('Yes.')]);
    expect(fakes[1]!.asked).toEqual([]);
  });

  it('does not wait for one that only thinks', async () => {
    const thinking = Array.from({ length: 100 }, () => [4_000, thought]).flat();
    const { run, clock } = createTest(thinking);
    const { done } = run();
    await clock.advance(generatorThinkingMs);
    await expect(done).rejects.toMatchObject({ code: 'generator_timeout' });
  });

  it('gives a model that freezes after its tool no longer than before', async () => {
    const { run, clock } = createTest([tool, 20_000, answered, 'hang']);
    const { done } = run();
    await clock.advance(20_000 + generatorFirstMs);
    await expect(done).rejects.toMatchObject({ code: 'generator_timeout' });
  });

  it('ends a reply that stalls, with the error of its stage', async () => {
    const { run, clock } = createTest([text('Hel'), 'hang'], [text('Hello.')]);
    const { done } = run();
    await clock.advance(generatorStallMs);
    await expect(done).rejects.toMatchObject({ code: 'generator_timeout' });
    expect(clock.pendingTimers).toBe(0);
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
    const request = requestOf(abort.signal);
    for await (const _ of new FailoverGenerator(stage).generate(request, {})) break;
    expect(fakes[0]!.asked[0]!.signal.aborted).toBe(true);
    expect(clock.pendingTimers).toBe(0);
    expect(stage.candidates[0]!.health!.isUsable).toBe(true);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });
});

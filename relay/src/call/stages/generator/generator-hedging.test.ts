import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../../base/lib/clock.fake.ts';
import type { Generator, GeneratorEvent } from './generator.ts';
import { createTest, failed, requestOf, stageOf, text, tool, usage } from './generators.fake.ts';
import { FailoverGenerator } from './failover-generator.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';

const { generatorFirstMs, generatorHedgeMs } = DEFAULT_POLICY.attempts;

describe('the generator that is asked beside a silent one', () => {
  it('is heard if it speaks first, and the silent one is given up', async () => {
    const { run, clock, fakes, failovers } = createTest([1_000, usage, 'hang'], [text('Hello.')]);
    const { events, done } = run();
    // Usage is not a word: it does not buy more time.
    await clock.advance(generatorHedgeMs - 1);
    expect(fakes[1]!.asked).toEqual([]);
    await clock.advance(1);
    await done;
    expect(events).toEqual([usage, text('Hello.')]);
    expect(fakes[0]!.asked[0]!.signal.aborted).toBe(true);
    expect(failovers).toMatchObject([{ from: 'a', to: 'b', reason: 'generator_timeout' }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is given up if the silent one speaks first', async () => {
    const { run, clock, stage, fakes, failovers } = createTest(
      [generatorHedgeMs + 500, text('First.')],
      [1_000, text('Second.')],
    );
    const { events, done } = run();
    await clock.advance(generatorHedgeMs + 500);
    await done;
    expect(events).toEqual([text('First.')]);
    expect(fakes[1]!.asked[0]!.signal.aborted).toBe(true);
    expect(failovers).toEqual([]);
    expect(stage.candidates.map(({ health }) => health!.health)).toEqual(['healthy', 'healthy']);
  });

  it('uses no tool unless it is the one that is heard', async () => {
    const used: string[] = [];
    const clock = new FakeClock();
    const withTool = (name: string): Generator => ({
      name,
      async *generate() {
        await new Promise<void>((resolve) =>
          clock.after(name === 'a' ? generatorHedgeMs + 10 : 10, resolve),
        );
        yield tool;
        used.push(name);
        yield text('Done.');
      },
    });
    const stage = stageOf([withTool('a'), withTool('b')], clock);
    const events: GeneratorEvent[] = [];
    const done = (async () => {
      const { signal } = new AbortController();
      for await (const event of new FailoverGenerator(stage).generate(requestOf(signal), {})) {
        events.push(event);
      }
    })();
    await clock.advance(generatorHedgeMs + 10);
    await done;
    expect(events).toEqual([tool, text('Done.')]);
    expect(used).toEqual(['a']);
  });

  it('is given up within one and a half times the first deadline, if it is frozen too', async () => {
    const { run, clock, fakes } = createTest(['hang'], ['hang'], ['hang']);
    const { done } = run();
    await clock.advance(1.5 * generatorFirstMs);
    await expect(done).rejects.toMatchObject({ code: 'generator_timeout' });
    expect(fakes.map(({ asked }) => asked.length)).toEqual([1, 1, 1]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('goes on when the silent one fails', async () => {
    const { run, clock, failovers, fakes } = createTest(
      [generatorHedgeMs + 100, failed()],
      [3_000, text('Hello.')],
    );
    const { events, done } = run();
    await clock.advance(generatorHedgeMs + 3_000);
    await done;
    expect(events).toEqual([text('Hello.')]);
    expect(fakes.map(({ asked }) => asked.length)).toEqual([1, 1]);
    expect(failovers).toMatchObject([{ from: 'a', to: 'b', reason: 'generator_failed' }]);
  });

  it('changes nothing if it fails', async () => {
    const { run, clock, failovers } = createTest([8_000, text('Hello.')], [failed()]);
    const { events, done } = run();
    await clock.advance(8_000);
    await done;
    expect(events).toEqual([text('Hello.')]);
    expect(failovers).toEqual([]);
  });

  it('is not one that answers at once, which is asked only after the others have failed', async () => {
    const { run, clock, fakes } = createTest([8_000, text('Hello.')], [text('I do not know.')]);
    Object.assign(fakes[1]!.generator, { answersAtOnce: true });
    const { events, done } = run();
    await clock.advance(8_000);
    await done;
    expect(events).toEqual([text('Hello.')]);
    expect(fakes[1]!.asked).toEqual([]);
  });

  it('is not asked because this process was held up', async () => {
    const { run, clock, fakes } = createTest(
      [2 * generatorHedgeMs + 500, text('Hello.')],
      [text('Second.')],
    );
    const { events, done } = run();
    await settle();
    clock.stall(2 * generatorHedgeMs);
    await clock.advance(500);
    await done;
    expect(events).toEqual([text('Hello.')]);
    expect(fakes[1]!.asked).toEqual([]);
  });
});

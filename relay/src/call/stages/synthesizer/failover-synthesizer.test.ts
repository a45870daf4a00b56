import fc from 'fast-check';
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { sleep } from '../../../base/lib/clock.ts';
import { FakeClock, settle } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';
import type { Failover } from '../provider.ts';
import type { Synthesizer } from './synthesizer.ts';
import type { VoiceEvent } from './synthesizer.ts';
import { FakeSpeaker, MS_PER_CHARACTER, type SpeakerPlan } from './speaker.fake.ts';
import { FailoverSynthesizer } from './failover-synthesizer.ts';
import { PhraseMemory } from './phrase-memory.ts';
import { StageCandidates } from '../health/stage-candidates.ts';
import { begunIn, trackOf } from './track.rig.ts';

function createTest(plans: readonly SpeakerPlan[], names = ['a', 'b', 'c', 'd']) {
  const clock = new FakeClock();
  const vocabulary: string[] = [];
  const speakers = plans.map(
    (plan, index) => new FakeSpeaker(names[index]!, clock, vocabulary, plan),
  );
  const stage = new StageCandidates<Synthesizer>({
    stage: 'synthesizer',
    providers: speakers,
    policy: DEFAULT_POLICY,
    clock,
    logger: silentLogger,
  });
  const synthesizer = new FailoverSynthesizer(stage, new PhraseMemory({ phrases: [], clock }));
  const abort = new AbortController();
  const failovers: Failover[] = [];
  const speak = (clauses: AsyncIterable<string>, consumerMs = 0) => {
    const events: VoiceEvent[] = [];
    const track = trackOf(clauses);
    const done = (async () => {
      const options = {
        voice: 'a-voice',
        signal: abort.signal,
        onFailover: (failover: Failover) => failovers.push(failover),
      };
      for await (const event of synthesizer.speak(track, options)) {
        events.push(event);
        await sleep(clock, consumerMs, abort.signal);
      }
    })();
    done.catch(() => {});
    return { events, done, track };
  };
  /** The words as they are heard: each is one piece of audio. */
  const heard = (events: readonly VoiceEvent[]) =>
    audioOf(events).map((samples) => vocabulary[samples[0]! - 1]);
  return { clock, speakers, stage, synthesizer, abort, failovers, speak, heard };
}

async function* clausesOf(...clauses: string[]): AsyncGenerator<string> {
  yield* clauses;
}

const audioOf = (events: readonly VoiceEvent[]) =>
  events.flatMap((event) => (event.type === 'speech-audio' ? [event.samples] : []));

describe('the resilient synthesizer', () => {
  it('speaks through the first while it works', async () => {
    const { speak, heard, speakers, failovers, stage } = createTest([{}, {}]);
    const { events, done, track } = speak(clausesOf('Hello there.', '?!', 'How are you?'));
    await done;
    expect(begunIn(events, track)).toEqual(['Hello there.', '?!', 'How are you?']);
    expect(heard(events)).toEqual(['Hello', 'there.', '?!', 'How', 'are', 'you?']);
    expect(speakers[1]!.asked).toEqual([]);
    expect(failovers).toEqual([]);
    expect(stage.candidates[0]!.health!.status()).toMatchObject({ requests: 1, failures: 0 });
  });

  it.each([
    ['before its first word', 0, ['one two three', 'four five six'], 0],
    ['in the first clause, which was going out', 2, ['one two three', 'three', 'four five six'], 1],
    ['between two clauses', 3, ['one two three', 'four five six'], 0],
    ['in a later clause, which was held back', 5, ['one two three', 'four five six'], 0],
    ['at the end of a clause that was held back', 6, ['one two three', 'four five six'], 0],
  ])(
    'lets another go on from the exact word where the first fails %s',
    async (_, failAfter, starts) => {
      for (const timesWords of [true, false]) {
        const { speak, heard, failovers } = createTest([
          // A clause that is said to be done goes out, and no failure can touch it.
          { failAfter, timesWords, tellsEnds: false },
          { timesWords },
        ]);
        const { events, done, track } = speak(clausesOf('one two three', 'four five six'));
        await done;
        expect(heard(events)).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
        expect(begunIn(events, track)).toEqual(starts);
        expect(failovers.length).toBe(1);
      }
    },
  );

  it('says every word once and in order, whichever voices fail', async () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const clause = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));
    const plan = fc.record({
      failAfter: fc.nat({ max: 12 }),
      timesWords: fc.boolean(),
      wordMs: fc.option(fc.integer({ min: 1, max: 900 }), { nil: undefined }),
      ends: fc.boolean(),
      hangs: fc.boolean(),
      readsAhead: fc.nat({ max: 3 }),
      tellsEnds: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(clause, { minLength: 1, maxLength: 6 }),
        fc.array(plan, { maxLength: 3 }),
        fc.nat({ max: 1_000 }),
        async (drawn, plans, consumerMs) => {
          // Every word is another one: which of two is missing shows.
          let count = 0;
          const clauses = drawn.map((text) =>
            text.replaceAll(
              /[a-z]+/g,
              (drawnWord) => drawnWord + 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉ'[count++]!,
            ),
          );
          const test = createTest([...plans.map(compact), {}]);
          const { events, done, track } = test.speak(clausesOf(...clauses), consumerMs);
          await test.clock.advance(300_000);
          await done;
          const words = clauses.flatMap((text) => text.split(' '));
          expect(test.heard(events)).toEqual(words);
          // Captions show a clause when it begins, and not again when another voice continues it.
          const begun = events.filter(({ type }) => type === 'clause-begun');
          expect([...new Set(begun.map((event) => event.clause))]).toEqual([...clauses.keys()]);
          expect(track.heardText(track.audioMs)).toBe(clauses.join(' '));
          test.stage.candidates.forEach(({ health }) => health![Symbol.dispose]());
          expect(test.clock.pendingTimers).toBe(0);
          expect(getEventListeners(test.abort.signal, 'abort')).toHaveLength(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('asks the next in the turn in which the failure is noticed', async () => {
    const { speak, speakers, clock } = createTest([{ failAfter: 1 }, {}]);
    const { done } = speak(clausesOf('one two'));
    await settle();
    await done;
    expect(speakers[1]!.asked).toMatchObject([{ atMs: clock.now(), clauses: ['two'] }]);
  });

  it('lets the first clause out as it comes, and holds the next back while that costs nothing', async () => {
    const { speak, clock, heard } = createTest([{ wordMs: 100 }]);
    const { events, track } = speak(clausesOf('first clause', 'one two three'));
    await clock.advance(100);
    expect(heard(events)).toEqual(['first']);
    await clock.advance(100);
    expect(heard(events)).toEqual(['first', 'clause']);
    await clock.advance(299);
    expect(begunIn(events, track)).toEqual(['first clause']);
    await clock.advance(1);
    expect(heard(events)).toEqual(['first', 'clause', 'one', 'two', 'three']);
  });

  it('does not let the listener run dry by holding back', async () => {
    const { speak, clock, heard } = createTest([{ wordMs: 500 }]);
    const { events } = speak(clausesOf('first', 'one two three'));
    // 360 ms of audio from 500 ms on: from 560 ms on less than 300 ms are left to be played.
    await clock.advance(500);
    expect(heard(events)).toEqual(['first']);
    await clock.advance(500);
    expect(heard(events)).toEqual(['first', 'one']);
  });

  it('goes on where the first falls silent, in the first clause or later', async () => {
    const { synthesizerFirstMs, synthesizerStallMs } = DEFAULT_POLICY.attempts;
    for (const [failAfter, ms] of [
      [0, synthesizerFirstMs],
      [1, Math.min(synthesizerStallMs, (DEFAULT_POLICY.deadlines.synthesizerMs * 0.95) / 2)],
    ] as const) {
      const { speak, clock, heard, failovers, speakers } = createTest([
        { failAfter, hangs: true },
        {},
      ]);
      const { events, done } = speak(clausesOf('one two'));
      await clock.advance(ms - 1);
      expect(failovers).toEqual([]);
      await clock.advance(1);
      await done;
      expect(heard(events)).toEqual(['one', 'two']);
      expect(failovers.map(({ reason }) => reason)).toEqual(['synthesizer_timeout']);
      expect(speakers[0]!.asked[0]!.signal.aborted).toBe(true);
    }
  });

  it('holds no wait for text against anyone, and loses no clause that was asked for meanwhile', async () => {
    const { speak, clock, heard, failovers } = createTest([{ failAfter: 1 }, {}]);
    const { promise, resolve } = Promise.withResolvers<void>();
    async function* slow() {
      yield 'one';
      await promise;
      yield 'two';
    }
    const { events, done } = speak(slow());
    await clock.advance(120_000);
    expect(failovers).toEqual([]);
    resolve();
    await done;
    expect(heard(events)).toEqual(['one', 'two']);
    expect(failovers).toHaveLength(1);
  });

  it('passes on the failure of the text itself, and blames no provider', async () => {
    const { speak, stage, failovers } = createTest([{}, {}]);
    async function* broken() {
      yield 'one';
      throw new RangeError('no more');
    }
    await expect(speak(broken()).done).rejects.toThrow(RangeError);
    expect(stage.candidates[0]!.health!.health).toBe('healthy');
    expect(failovers).toEqual([]);
  });

  it('gives each candidate a turn within the deadline of the stage', async () => {
    const silent = { failAfter: 0, hangs: true };
    const { speak, clock, failovers } = createTest([silent, silent, silent, silent]);
    const { done } = speak(clausesOf('one'));
    await clock.advance(DEFAULT_POLICY.deadlines.synthesizerMs - 1);
    await expect(done).rejects.toMatchObject({ code: 'synthesizer_timeout' });
    expect(failovers.map(({ to }) => to)).toEqual(['b', 'c', 'd', 'none']);
  });

  it('hands the rest over to the browser, and afterwards throws at once', async () => {
    const { speak, speakers, failovers, synthesizer } = createTest(
      [{ failAfter: 0 }, {}],
      ['a', 'browser'],
    );
    for (let count = 0; count < 2; count++) {
      const { done } = speak(clausesOf('one'));
      await expect(done).rejects.toMatchObject({ code: 'synthesizer_failed' });
    }
    expect(failovers.map(({ to }) => to)).toEqual(['browser', 'browser']);
    expect(synthesizer.active()).toBe('browser');
    const { length } = speakers[0]!.asked;
    await expect(speak(clausesOf('one')).done).rejects.toThrow();
    expect(speakers[0]!.asked).toHaveLength(length);
    expect(speakers[1]!.asked).toEqual([]);
  });

  it('gives all audio at one rate', async () => {
    const { speak, synthesizer } = createTest([
      { failAfter: 0, sampleRateHz: 24_000 },
      { sampleRateHz: 16_000 },
    ]);
    const { events, done } = speak(clausesOf('one two', 'three'));
    await done;
    expect(synthesizer.sampleRateHz).toBe(24_000);
    const samples = audioOf(events).reduce((sum, { length }) => sum + length, 0);
    const characters = 'one two three '.length;
    expect(samples).toBe((characters * MS_PER_CHARACTER * 24_000) / 1_000);
  });

  it('ends quietly when aborted, holds nothing against anyone and leaves nothing behind', async () => {
    const { speak, clock, abort, stage, speakers } = createTest([
      { failAfter: 1, hangs: true },
      {},
    ]);
    const { events, done } = speak(clausesOf('one two'));
    await settle();
    abort.abort();
    await done;
    expect(audioOf(events)).toHaveLength(1);
    expect(stage.candidates[0]!.health!.health).toBe('healthy');
    expect(speakers[0]!.asked[0]!.signal.aborted).toBe(true);
    expect(speakers[1]!.asked).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });
});

/** Leaves out what is undefined: the plans' properties are there or not. */
function compact(plan: { readonly [key in keyof SpeakerPlan]: SpeakerPlan[key] | undefined }) {
  // One that has read all the text and ends without an error is believed.
  const ends = plan.ends === true && plan.readsAhead === 0;
  return Object.fromEntries(
    Object.entries({ ...plan, ends }).filter(([, value]) => value !== undefined),
  ) as SpeakerPlan;
}

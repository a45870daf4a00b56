import { expect, it } from 'vitest';
import { sleep } from '../../lib/clock.ts';
import { FakeClock, settle } from '../../lib/fake-clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { DEFAULT_POLICY } from './policy.ts';
import type { Synthesizer } from '../synthesizer.ts';
import { FakeSpeaker, type SpeakerPlan } from './fake-speaker.ts';
import { ResilientSynthesizer } from './resilient-synthesizer.ts';
import { StageCandidates } from './stage-candidates.ts';

/** One voice, and the browser behind it; what the voice does when asked `again`. */
async function speak(plan: SpeakerPlan, again: SpeakerPlan) {
  const clock = new FakeClock();
  const vocabulary: string[] = [];
  const voice = new FakeSpeaker('a', clock, vocabulary, plan);
  const stage = new StageCandidates<Synthesizer>({
    stage: 'synthesizer',
    providers: [voice, new FakeSpeaker('browser', clock, vocabulary)],
    policy: DEFAULT_POLICY,
    clock,
    logger: silentLogger,
  });
  const { signal } = new AbortController();
  const started: string[] = [];
  const heard: (string | undefined)[] = [];
  const failovers: string[] = [];
  const clauses = (async function* () {
    yield 'one two three';
    yield 'four five six';
  })();
  const options = {
    voice: 'a-voice',
    signal,
    onFailover: ({ to }: { readonly to: string }) => failovers.push(to),
  };
  const done = (async () => {
    for await (const event of new ResilientSynthesizer(stage).synthesize(clauses, options)) {
      if (event.type === 'clause-started') started.push(event.text);
      if (event.type === 'speech-audio') heard.push(vocabulary[event.samples[0]! - 1]);
      // Its first words take longer to be played than a failure counts as fast.
      await sleep(clock, 600, signal);
    }
  })();
  const outcome = done.then(
    () => 'spoken',
    () => 'failed',
  );
  await settle();
  voice.plan = again;
  await clock.advance(60_000);
  return { outcome: await outcome, started, heard, failovers };
}

it.each([
  ['in the middle of a clause', 2, ['one two three', 'three', 'four five six']],
  ['between two clauses', 3, ['one two three', 'four five six']],
])('goes on itself where it broke off %s', async (_, failAfter, starts) => {
  const { outcome, started, heard, failovers } = await speak({ failAfter }, {});
  expect(outcome).toBe('spoken');
  expect(started).toEqual(starts);
  expect(heard).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
  expect(failovers).toEqual([]);
});

it.each([
  ['in the middle of a clause', 2, ['one two three', 'three']],
  ['between two clauses', 3, ['one two three']],
])('announces what the browser is to speak where it broke off %s', async (_, failAfter, starts) => {
  const { outcome, started, failovers } = await speak({ failAfter }, { failAfter: 0 });
  expect(outcome).toBe('failed');
  expect(started).toEqual(starts);
  expect(failovers).toEqual(['browser']);
});

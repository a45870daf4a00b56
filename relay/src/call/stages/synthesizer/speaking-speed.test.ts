import { expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import type { Synthesizer } from './synthesizer.ts';
import { FailoverSynthesizer } from './failover-synthesizer.ts';
import { FakeSpeaker, type SpeakerPlan } from './speaker.fake.ts';
import { PhraseMemory } from './phrase-memory.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';
import { StageCandidates } from '../health/stage-candidates.ts';
import { trackOf } from './track.rig.ts';

const PHRASE = 'One moment, please.';

function createTest(plan: SpeakerPlan = {}) {
  const clock = new FakeClock();
  const first = new FakeSpeaker('a', clock, [], plan);
  const other = new FakeSpeaker('b', clock, []);
  const stage = new StageCandidates<Synthesizer>({
    stage: 'synthesizer',
    providers: [first, other],
    policy: DEFAULT_POLICY,
    clock,
    logger: silentLogger,
  });
  first.speeds = { min: 0.7, max: 1.2 };
  const memory = new PhraseMemory({ phrases: [PHRASE], clock });
  const synthesizer = new FailoverSynthesizer(stage, memory);
  const speak = async (text: string, speed?: number) => {
    const { signal } = new AbortController();
    const options = { voice: 'a-voice', speed, signal };
    for await (const _ of synthesizer.speak(trackOf([text]), options));
  };
  return { first, other, speak };
}

it('asks a voice for the nearest pace that it has, and for none if that is its own', async () => {
  const { first, speak } = createTest();
  for (const speed of [undefined, 1, 1.1, 1.8, 0.5]) await speak('It rains.', speed);
  expect(first.asked.map(({ speed }) => speed)).toEqual([undefined, undefined, 1.1, 1.2, 0.7]);
});

it('lets a voice with one pace stand in at that pace', async () => {
  const { other, speak } = createTest({ failAfter: 0 });
  await speak('It rains.', 1.2);
  expect(other.asked.map(({ speed }) => speed)).toEqual([undefined]);
});

it('remembers a phrase for the pace at which it was said', async () => {
  const { first, speak } = createTest();
  for (const speed of [1.2, 1.2, undefined, undefined, 1.2]) await speak(PHRASE, speed);
  expect(first.asked.map(({ speed }) => speed)).toEqual([1.2, undefined]);
});

import { expect, it } from 'vitest';
import { sleep } from '../../../base/lib/clock.ts';
import { FakeClock, settle } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';
import type { Synthesizer } from './synthesizer.ts';
import type { VoiceEvent } from './synthesizer.ts';
import { FakeSpeaker, type SpeakerPlan } from './speaker.fake.ts';
import { FailoverSynthesizer } from './failover-synthesizer.ts';
import { PhraseMemory } from './phrase-memory.ts';
import { StageCandidates } from '../health/stage-candidates.ts';
import { begunIn, trackOf } from './track.rig.ts';

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
  const events: VoiceEvent[] = [];
  const heard: (string | undefined)[] = [];
  const failovers: string[] = [];
  const track = trackOf(['one two three', 'four five six']);
  const synthesizer = new FailoverSynthesizer(stage, new PhraseMemory({ phrases: [], clock }));
  const options = {
    voice: 'a-voice',
    signal,
    onFailover: ({ to }: { readonly to: string }) => failovers.push(to),
  };
  const done = (async () => {
    for await (const event of synthesizer.speak(track, options)) {
      events.push(event);
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
  const { position } = track;
  const isBegun = track.peek(position) !== undefined && track.timing(position) !== undefined;
  const started = begunIn(events, track);
  // The next voice speaks the rest of a clause that was begun.
  const rest = isBegun ? [track.rest(position).text] : [];
  return { outcome: await outcome, started: [...started, ...rest], heard, failovers };
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

import { ParleyError } from '@parley/shared';
import { expect, it } from 'vitest';
import { sleep } from '../../../base/lib/clock.ts';
import { FakeClock, settle } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { readAhead } from '../../../base/lib/read-ahead.ts';
import type { SpeechEvent, Synthesizer } from './synthesizer.ts';
import { FailoverSynthesizer } from './failover-synthesizer.ts';
import { FakeSpeaker } from './speaker.fake.ts';
import { PhraseMemory } from './phrase-memory.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';
import { StageCandidates } from '../health/stage-candidates.ts';
import { trackOf } from './track.rig.ts';

const second = new Int16Array(16_000).fill(1);

/** A voice that speaks a second of its first clause, and then does what the test is about. */
function voiceThat(does: 'stalls' | 'breaks off after it'): Synthesizer {
  return {
    name: 'a',
    sampleRateHz: 16_000,
    voices: [{ id: 'a-voice', label: 'A' }],
    async *synthesize(clauses, { signal }): AsyncGenerator<SpeechEvent> {
      for await (const _ of readAhead(clauses, { begin: (text) => text, ahead: 1, signal })) {
        yield { type: 'clause-begun', clause: 0 };
        yield { type: 'speech-audio', clause: 0, samples: second };
        if (does === 'stalls') await Promise.withResolvers<void>().promise;
        yield { type: 'clause-done', clause: 0 };
        throw new ParleyError('synthesizer_failed');
      }
    },
  };
}

function createTest(first: (clock: FakeClock) => Synthesizer) {
  const clock = new FakeClock();
  const other = new FakeSpeaker('b', clock, []);
  const stage = new StageCandidates<Synthesizer>({
    stage: 'synthesizer',
    providers: [first(clock), other],
    policy: DEFAULT_POLICY,
    clock,
    logger: silentLogger,
  });
  const synthesizer = new FailoverSynthesizer(stage, new PhraseMemory({ phrases: [], clock }));
  const abort = new AbortController();
  const speak = async (clauses: AsyncIterable<string> | readonly string[]) => {
    const track = trackOf(clauses);
    for await (const _ of synthesizer.speak(track, { voice: 'a-voice', signal: abort.signal }));
  };
  const halfOpen = async (index: number) => {
    const health = stage.candidates[index]!.health!;
    for (let n = 0; n < 3; n++) health.acquire()!.failed(new ParleyError('synthesizer_failed'));
    await clock.advance(DEFAULT_POLICY.breaker.coolDownMs);
    expect(health.breaker).toBe('half-open');
    return health;
  };
  return { clock, other, synthesizer, abort, speak, halfOpen };
}

it('a voice that stalls in a clause has its deadline also while the next text is awaited', async () => {
  const { clock, other, speak } = createTest(() => voiceThat('stalls'));
  void speak(
    (async function* () {
      yield 'Let me look at the weather.';
      await sleep(clock, 50_000, new AbortController().signal);
      yield 'It rains.';
    })(),
  );
  await clock.advance(20_000);
  expect(other.asked[0]?.atMs).toBeLessThan(12_000);
});

it.each(['the person interrupts', 'the text ends'])(
  'a voice that was chosen and not asked, because %s, can be tried again',
  async (what) => {
    const { clock, speak, abort, halfOpen } = createTest(() => voiceThat('breaks off after it'));
    const health = await halfOpen(1);
    const text = Promise.withResolvers<void>();
    const done = speak(
      (async function* () {
        yield 'Hello there.';
        await text.promise;
      })(),
    );
    await settle();
    await clock.advance(2_000);
    if (what === 'the person interrupts') abort.abort();
    text.resolve();
    await done;
    expect(health.isUsable).toBe(true);
  },
);

it('a trial is over with its first whole clause, not with its reply', async () => {
  const { clock, speak, halfOpen } = createTest(
    (fake) => new FakeSpeaker('a', fake, [], { wordMs: 1_000 }),
  );
  const health = await halfOpen(0);
  void speak(['one two three four.', 'five six seven eight.', 'nine ten eleven twelve.']);
  await clock.advance(2_000);
  expect(health.isUsable).toBe(false);
  await clock.advance(5_000);
  expect([health.breaker, health.isUsable]).toEqual(['closed', true]);
});

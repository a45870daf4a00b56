import { expect, it } from 'vitest';
import { FakeClock, settle } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { FailoverGenerator } from '../generator/failover-generator.ts';
import type { Generator, GeneratorEvent } from '../generator/generator.ts';
import { requestOf } from '../generator/generators.fake.ts';
import { ProviderError, type ProviderFault } from '../provider-error.ts';
import type { Owned, Provider } from '../provider.ts';
import { FailoverSynthesizer } from '../synthesizer/failover-synthesizer.ts';
import { PhraseMemory } from '../synthesizer/phrase-memory.ts';
import { FakeSpeaker } from '../synthesizer/speaker.fake.ts';
import { trackOf } from '../synthesizer/track.rig.ts';
import { FailoverTranscriber } from '../transcriber/failover-transcriber.ts';
import { FakeTranscriber } from '../transcriber/transcriber.fake.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { StageCandidates } from './stage-candidates.ts';
import { FakeOpus } from '../../../base/lib/opus-thread.fake.ts';

/** One caller's requests in a row. */
const TIMES = 2 * DEFAULT_POLICY.breaker.failuresToOpen;
const CALLER = { caller: 'guest' };

function stageOf<P extends Provider>(stage: 'transcriber' | 'generator' | 'synthesizer') {
  const clock = new FakeClock();
  const of = (provider: Owned<P>) =>
    new StageCandidates<P>({
      stage,
      providers: [provider],
      policy: { ...DEFAULT_POLICY, retry: { ...DEFAULT_POLICY.retry, when: 'never' } },
      clock,
      logger: silentLogger,
    });
  return { clock, of };
}

const error = (stage: 'transcriber' | 'generator' | 'synthesizer', fault: ProviderFault) =>
  new ProviderError({ provider: 'a', stage, fault });

it.each([
  ['after ten seconds without audio', 10_000, 0],
  ['although audio came all the time', 100, 3],
])('a recogniser that hangs up %s', async (_, speakMs, failures) => {
  const { clock, of } = stageOf<FakeTranscriber>('transcriber');
  const fake = new FakeTranscriber('a');
  const stage = of(fake);
  const health = stage.candidates[0]!.health!;
  for (let count = 0; count < 3; count++) {
    const { signal } = new AbortController();
    const options = { language: 'en', signal, opus: new FakeOpus(), ...CALLER };
    const hearing = new FailoverTranscriber(stage).listen(options);
    const done = Array.fromAsync(hearing.events).catch(() => {});
    await settle();
    hearing.push(new Int16Array(1_600));
    await clock.advance(speakMs);
    fake.fail(error('transcriber', 'closed'));
    await done;
  }
  expect(health.status().failures).toBe(failures);
});

it('a recogniser that makes nothing of no audio is spared', async () => {
  const { clock, of } = stageOf<FakeTranscriber>('transcriber');
  const stage = of(new FakeTranscriber('a'));
  for (let count = 0; count < TIMES; count++) {
    const { signal } = new AbortController();
    const hearing = new FailoverTranscriber(stage).listen({
      language: 'en',
      signal,
      opus: new FakeOpus(),
      ...CALLER,
    });
    const done = Array.fromAsync(hearing.events).catch((reason: unknown) => reason);
    await settle();
    hearing.finalize();
    await clock.advance(DEFAULT_POLICY.deadlines.transcriberMs);
    expect(await done).toMatchObject({ code: 'transcriber_timeout' });
  }
  expect(stage.candidates[0]!.health!.status()).toMatchObject({ breaker: 'closed', failures: 0 });
});

it('ends the trial of a recogniser with its first words, however long the person speaks', async () => {
  const { clock, of } = stageOf<FakeTranscriber>('transcriber');
  const fake = new FakeTranscriber('a');
  const stage = of(fake);
  const health = stage.candidates[0]!.health!;
  for (let count = 0; count < TIMES; count++) {
    health.acquire()?.failed(error('transcriber', 'unreachable'));
  }
  await clock.advance(DEFAULT_POLICY.breaker.coolDownMs);
  const { signal } = new AbortController();
  const hearing = new FailoverTranscriber(stage).listen({
    language: 'en',
    signal,
    opus: new FakeOpus(),
    ...CALLER,
  });
  void Array.fromAsync(hearing.events);
  await settle();
  expect(health.isUsable).toBe(false);
  fake.partial('hello');
  await settle();
  expect(health).toMatchObject({ isUsable: true, breaker: 'closed' });
});

it('lets another try a recogniser if the one whose trial it is keeps silent', async () => {
  const { clock, of } = stageOf<FakeTranscriber>('transcriber');
  const stage = of(new FakeTranscriber('a'));
  const health = stage.candidates[0]!.health!;
  for (let count = 0; count < TIMES; count++) {
    health.acquire()?.failed(error('transcriber', 'unreachable'));
  }
  await clock.advance(DEFAULT_POLICY.breaker.coolDownMs);
  const { signal } = new AbortController();
  const hearing = new FailoverTranscriber(stage).listen({
    language: 'en',
    signal,
    opus: new FakeOpus(),
    ...CALLER,
  });
  void Array.fromAsync(hearing.events);
  await clock.advance(9_900);
  expect(health.isUsable).toBe(false);
  await clock.advance(100);
  expect(health).toMatchObject({ isUsable: true, breaker: 'half-open' });
  const other = health.acquire(undefined, 'other')!;
  expect(health.isUsable).toBe(false);
  other.succeeded();
  expect(health).toMatchObject({ isUsable: true, breaker: 'closed' });
});

/** Gives a word, and breaks off after the reader has come back. */
function brokenOff(): Generator {
  return {
    name: 'a',
    async *generate() {
      yield { type: 'text-delta', text: 'Well. ' } satisfies GeneratorEvent;
      throw error('generator', 'closed');
    },
  };
}

it.each([
  ['a reader that is in time', 10, TIMES / 2],
  ['a reader that comes back after ten seconds', 10_000, 0],
])('an answer that breaks off before %s', async (_, awayMs, failures) => {
  const { clock, of } = stageOf<Generator>('generator');
  const stage = of(brokenOff());
  for (let count = 0; count < TIMES / 2; count++) {
    const { signal } = new AbortController();
    const events = new FailoverGenerator(stage).generate(requestOf(signal), CALLER);
    await events.next();
    await clock.advance(awayMs);
    await events.next().catch(() => {});
  }
  expect(stage.candidates[0]!.health!.status().failures).toBe(failures);
});

it('a model that thinks to the last about one caller’s questions is spared', async () => {
  const { clock, of } = stageOf<Generator>('generator');
  const stage = of({
    name: 'a',
    async *generate({ signal }) {
      while (!signal.aborted) {
        yield { type: 'thought' } satisfies GeneratorEvent;
        await new Promise<void>((resolve) => clock.after(2_000, resolve));
      }
    },
  });
  for (let count = 0; count < TIMES; count++) {
    const { signal } = new AbortController();
    const events = new FailoverGenerator(stage).generate(requestOf(signal), CALLER);
    const done = Array.fromAsync(events).catch((reason: unknown) => reason);
    await clock.advance(DEFAULT_POLICY.attempts.generatorThinkingMs + 2_000);
    expect(await done).toMatchObject({ code: 'generator_timeout' });
  }
  expect(stage.candidates[0]!.health!.status()).toMatchObject({ breaker: 'closed', failures: 0 });
});

it.each([
  ['the voice that a caller has chosen', 'a-other', 0],
  ['its own first voice', 'a-voice', 3],
])('a synthesizer that refuses %s', async (_, voice, failures) => {
  const { clock, of } = stageOf<FakeSpeaker>('synthesizer');
  const speaker = new FakeSpeaker('a', clock, []);
  const refusing = Object.assign(speaker, {
    voices: [...speaker.voices, { id: 'a-other', label: 'Other' }],
    // eslint-disable-next-line require-yield
    async *synthesize() {
      throw new ProviderError({
        provider: 'a',
        stage: 'synthesizer',
        fault: 'rejected',
        status: 404,
      });
    },
  });
  const stage = of(refusing);
  const synthesizer = new FailoverSynthesizer(stage, new PhraseMemory({ phrases: [], clock }));
  for (let count = 0; count < 3; count++) {
    const { signal } = new AbortController();
    const speech = synthesizer.speak(trackOf(['one two three']), { voice, signal, ...CALLER });
    await Array.fromAsync(speech).catch(() => {});
  }
  expect(stage.candidates[0]!.health!.status().failures).toBe(failures);
});

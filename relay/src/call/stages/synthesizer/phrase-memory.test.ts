import { ParleyError } from '@parley/shared';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import type { SpeechEvent, SynthesisOptions, Synthesizer } from './synthesizer.ts';
import type { VoiceEvent } from './synthesizer.ts';
import { FailoverSynthesizer } from './failover-synthesizer.ts';
import { PhraseMemory } from './phrase-memory.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';
import { StageCandidates } from '../health/stage-candidates.ts';
import { trackOf } from './track.rig.ts';

const SORRY = 'I am sorry.';
const MOMENT = 'One moment.';
const { signal } = new AbortController();

/** Speaks a clause in two pieces of `pieceSamples`, whose samples are its own number. */
class CountingSpeaker implements Synthesizer {
  readonly name: string;
  readonly sampleRateHz = 16_000;
  readonly voices = [
    { id: 'rosa', label: 'Rosa' },
    { id: 'max', label: 'Max' },
  ];
  readonly spoken: string[];
  pieceSamples = 100;
  failsIn: string | undefined;
  failsBefore: string | undefined;

  constructor(name: string, spoken: string[]) {
    this.name = name;
    this.spoken = spoken;
  }

  async *synthesize(
    clauses: AsyncIterable<string>,
    { voice }: SynthesisOptions,
  ): AsyncGenerator<SpeechEvent, void, undefined> {
    let clause = 0;
    for await (const text of clauses) {
      if (text === this.failsBefore) throw new ParleyError('synthesizer_failed');
      this.spoken.push(`${this.name} as ${voice}: ${text}`);
      yield { type: 'clause-begun', clause };
      yield this.#piece(clause);
      if (text === this.failsIn) throw new ParleyError('synthesizer_failed');
      yield this.#piece(clause);
      yield { type: 'clause-done', clause: clause++ };
    }
  }

  #piece(clause: number): SpeechEvent {
    const samples = new Int16Array(this.pieceSamples).fill(this.spoken.length);
    return { type: 'speech-audio', clause, samples };
  }
}

/** Two speakers, of which the second takes over. */
function createTest(maxBytes?: number) {
  const clock = new FakeClock();
  const spoken: string[] = [];
  const [a, b] = [new CountingSpeaker('a', spoken), new CountingSpeaker('b', spoken)];
  const stage = new StageCandidates<Synthesizer>({
    stage: 'synthesizer',
    providers: [a, b],
    policy: { ...DEFAULT_POLICY, retry: { ...DEFAULT_POLICY.retry, when: 'never' } },
    clock,
    logger: silentLogger,
  });
  const memory = new PhraseMemory({
    clock,
    phrases: [SORRY, MOMENT],
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  const synthesizer = new FailoverSynthesizer(stage, memory);
  const say = (clauses: readonly string[], voice = 'rosa') =>
    Array.fromAsync(synthesizer.speak(trackOf(clauses), { voice, signal }));
  /** Opens the breaker of a speaker. */
  const lose = (speaker: 'a' | 'b') => {
    const { health } = stage.candidates.find(({ name }) => name === speaker)!;
    for (let count = 0; count < DEFAULT_POLICY.breaker.failuresToOpen; count++) {
      health!.acquire()!.failed(new ParleyError('synthesizer_failed'));
    }
  };
  return { a, b, spoken, memory, synthesizer, stage, say, lose, clock };
}

const shape = (events: readonly VoiceEvent[]) =>
  events
    .filter(({ type }) => type !== 'clause-done')
    .map((event) => (event.type === 'clause-begun' ? event.clause : '~'))
    .join(' ');

describe('the phrase memory', () => {
  it('has phrases ready a while after a call has begun, once', async () => {
    const { spoken, synthesizer, clock } = createTest();
    const end = synthesizer.prepare();
    await clock.advance(9_999);
    expect(spoken).toEqual([]);
    await clock.advance(1);
    expect(spoken).toEqual([`a as rosa: ${SORRY}`, `a as rosa: ${MOMENT}`]);
    end();
    synthesizer.prepare();
    await clock.advance(60_000);
    expect(spoken).toHaveLength(2);
  });

  it('has them ready in three languages, each once', async () => {
    const { spoken, synthesizer, clock } = createTest();
    for (const language of ['en', 'de', 'fr', 'it', 'de']) {
      const end = synthesizer.prepare(language);
      await clock.advance(10_000);
      end();
    }
    expect(spoken).toHaveLength(3 * 2);
  });

  it('leaves alone what a call that is over no longer needs', async () => {
    const { spoken, synthesizer, clock } = createTest();
    synthesizer.prepare()();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(60_000);
    expect(spoken).toEqual([]);
  });

  it('has a phrase spoken once, and gives it from memory, in its place, from then on', async () => {
    const { say, spoken } = createTest();
    await say([SORRY]);
    const events = await say(['First.', SORRY, 'Second.', 'Third.', SORRY]);
    expect(shape(events)).toBe('0 ~ ~ 1 ~ ~ 2 ~ ~ 3 ~ ~ 4 ~ ~');
    expect(spoken).toEqual([
      `a as rosa: ${SORRY}`,
      'a as rosa: First.',
      'a as rosa: Second.',
      'a as rosa: Third.',
    ]);
  });

  it('remembers nothing but the phrases', async () => {
    const { say, spoken } = createTest();
    await say(['My secret.']);
    await say(['My secret.']);
    expect(spoken).toHaveLength(2);
  });

  it('keeps each voice apart, and takes an unknown one for the first', async () => {
    const { say, spoken } = createTest();
    await say([SORRY], 'rosa');
    await say([SORRY], 'max');
    expect(spoken).toEqual([`a as rosa: ${SORRY}`, `a as max: ${SORRY}`]);
    await say([SORRY], 'unknown');
    expect(spoken).toHaveLength(2);
  });

  it('does not cut another provider’s voice in, unless no provider works', async () => {
    const { say, spoken, lose } = createTest();
    await say([SORRY]);
    lose('a');
    await say([SORRY]);
    expect(spoken).toEqual([`a as rosa: ${SORRY}`, `b as rosa: ${SORRY}`]);
    lose('b');
    expect(shape(await say([SORRY]))).toBe('0 ~ ~');
    expect(spoken).toHaveLength(2);
  });

  it('gives each reply its own samples', async () => {
    const { say } = createTest();
    await say([SORRY]);
    for (const event of await say([SORRY])) {
      if (event.type === 'speech-audio') event.samples.fill(0);
    }
    const again = await say([SORRY]);
    const samples = again.flatMap((event) =>
      event.type === 'speech-audio' ? [...event.samples] : [],
    );
    expect(samples).toEqual(Array.from({ length: 200 }, () => 1));
  });

  it('keeps no phrase that broke off or was finished by another voice', async () => {
    const { say, a, b, spoken } = createTest();
    a.failsIn = SORRY;
    b.failsIn = SORRY;
    await expect(say([SORRY])).rejects.toThrow();
    b.failsIn = undefined;
    await say([SORRY]);
    a.failsIn = undefined;
    const { length } = spoken;
    await say([SORRY]);
    expect(spoken).toHaveLength(length + 1);
  });

  it('keeps a phrase under the name of the provider that spoke it', async () => {
    const { say, a, lose, spoken } = createTest();
    a.failsBefore = SORRY;
    await say([SORRY]);
    expect(spoken).toEqual([`b as rosa: ${SORRY}`]);
    a.failsBefore = undefined;
    await say([SORRY]);
    expect(spoken).toEqual([`b as rosa: ${SORRY}`, `a as rosa: ${SORRY}`]);
    lose('a');
    await say([SORRY]);
    expect(spoken).toHaveLength(2);
  });

  it('says a phrase in another voice if those that should say it fail', async () => {
    const { say, a, b, lose } = createTest();
    await say([SORRY]);
    lose('a');
    b.failsBefore = SORRY;
    expect(shape(await say(['First.', SORRY]))).toBe('0 ~ ~ 1 ~ ~');
    b.failsBefore = 'First.';
    await expect(say(['First.', SORRY])).rejects.toThrow();
    b.failsBefore = undefined;
    b.failsIn = SORRY;
    await expect(say([SORRY])).rejects.toThrow();
    expect(a.failsIn).toBeUndefined();
  });

  it('loses no clause that a voice was waiting for when it failed', async () => {
    const { synthesizer, say, b, lose } = createTest();
    await say([SORRY]);
    lose('a');
    b.synthesize = async function* (clauses): AsyncGenerator<SpeechEvent> {
      const iterator = clauses[Symbol.asyncIterator]();
      await iterator.next();
      yield { type: 'clause-begun', clause: 0 };
      void iterator.next();
      throw new ParleyError('synthesizer_failed');
    };
    const { promise, resolve } = Promise.withResolvers<void>();
    async function* slow() {
      yield SORRY;
      await promise;
      yield SORRY;
    }
    const events: VoiceEvent[] = [];
    for await (const event of synthesizer.speak(trackOf(slow()), { voice: 'rosa', signal })) {
      events.push(event);
      if (event.type === 'clause-done') resolve();
    }
    expect(shape(events)).toBe('0 ~ ~ 1 ~ ~');
  });

  it('keeps within its bytes, dropping what was not used for longest', async () => {
    const { say, spoken } = createTest(1_024);
    await say([SORRY]);
    await say([MOMENT]);
    await say([MOMENT]);
    expect(spoken).toHaveLength(2);
    await say([SORRY]);
    expect(spoken).toHaveLength(3);
  });

  it('warms what is missing, one at a time, and asks no provider that is not there', async () => {
    const { memory, synthesizer, spoken, say, lose } = createTest();
    await say([SORRY]);
    const warm = (voice: string) => memory.warm(synthesizer, voice, signal);
    await Promise.all([warm('rosa'), warm('max')]);
    expect(spoken).toEqual([
      `a as rosa: ${SORRY}`,
      `a as rosa: ${MOMENT}`,
      `a as max: ${SORRY}`,
      `a as max: ${MOMENT}`,
    ]);
    lose('a');
    lose('b');
    await warm('rosa');
    expect(spoken).toHaveLength(4);
  });

  it('stops warming when told to or when it fails, and warms again later', async () => {
    const { memory, synthesizer, a, b, spoken } = createTest();
    await memory.warm(synthesizer, 'rosa', AbortSignal.abort());
    expect(spoken).toEqual([]);
    a.failsIn = SORRY;
    b.failsBefore = 'I am sorry.';
    await memory.warm(synthesizer, 'rosa', signal);
    expect(spoken).toHaveLength(1);
    a.failsIn = undefined;
    await memory.warm(synthesizer, 'rosa', signal);
    expect(spoken).toHaveLength(3);
  });

  it('ends quietly when aborted in the middle of a phrase from memory', async () => {
    const { synthesizer, say } = createTest();
    await say([SORRY]);
    const abort = new AbortController();
    const seen: VoiceEvent[] = [];
    const options = { voice: 'rosa', signal: abort.signal };
    for await (const event of synthesizer.speak(trackOf([SORRY, 'More.']), options)) {
      seen.push(event);
      if (event.type === 'speech-audio') abort.abort();
    }
    expect(shape(seen)).toBe('0 ~');
  });
});

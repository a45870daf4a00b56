import { ParleyError } from '@parley/shared';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../lib/fake-clock.ts';
import type { SpeechEvent, SynthesisOptions, Synthesizer } from '../synthesizer.ts';
import { PhraseCache } from './phrase-cache.ts';

const SORRY = 'I am sorry.';
const MOMENT = 'One moment.';

/** Speaks a clause in two pieces of `pieceSamples`, whose samples are its own number. */
class CountingSpeaker implements Synthesizer {
  name = 'a';
  readonly sampleRateHz = 16_000;
  readonly voices = [
    { id: 'rosa', label: 'Rosa' },
    { id: 'max', label: 'Max' },
  ];
  readonly spoken: string[] = [];
  pieceSamples = 100;
  failsIn: string | undefined;
  failsBefore: string | undefined;
  failoverIn: string | undefined;

  async *synthesize(
    clauses: AsyncIterable<string>,
    { voice, onFailover }: SynthesisOptions,
  ): AsyncGenerator<SpeechEvent, void, undefined> {
    for await (const clause of clauses) {
      if (clause === this.failsBefore) throw new ParleyError('synthesizer_failed');
      this.spoken.push(`${voice}: ${clause}`);
      yield { type: 'clause-started', text: clause };
      yield this.#piece();
      if (clause === this.failsIn) throw new ParleyError('synthesizer_failed');
      if (clause === this.failoverIn) {
        onFailover?.({ stage: 'synthesizer', from: 'a', to: 'b', reason: 'synthesizer_failed' });
        yield { type: 'clause-started', text: 'sorry.' };
      }
      yield this.#piece();
    }
  }

  #piece(): SpeechEvent {
    return {
      type: 'speech-audio',
      samples: new Int16Array(this.pieceSamples).fill(this.spoken.length),
    };
  }
}

function createTest(maxBytes?: number) {
  const speaker = new CountingSpeaker();
  const clock = new FakeClock();
  const cache = new PhraseCache({
    synthesizer: speaker,
    clock,
    phrases: [SORRY, MOMENT],
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  const say = async (clauses: readonly string[], voice = 'rosa') => {
    const { signal } = new AbortController();
    return Array.fromAsync(cache.synthesize(clausesOf(clauses), { voice, signal }));
  };
  return { speaker, cache, say, clock };
}

async function* clausesOf(clauses: readonly string[]): AsyncGenerator<string> {
  yield* clauses;
}

const shape = (events: readonly SpeechEvent[]) =>
  events.map((event) => (event.type === 'clause-started' ? event.text : '~')).join(' ');

describe('the phrase cache', () => {
  it('has them ready a while after a call has begun, once', async () => {
    const { speaker, cache, clock } = createTest();
    const end = cache.prepare();
    await clock.advance(9_999);
    expect(speaker.spoken).toEqual([]);
    await clock.advance(1);
    expect(speaker.spoken).toEqual([`rosa: ${SORRY}`, `rosa: ${MOMENT}`]);
    end();
    cache.prepare();
    await clock.advance(60_000);
    expect(speaker.spoken).toHaveLength(2);
  });

  it('leaves alone what a call that is over no longer needs', async () => {
    const { speaker, cache, clock } = createTest();
    cache.prepare()();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(60_000);
    expect(speaker.spoken).toEqual([]);
  });

  it('has a phrase spoken once, and gives it from memory, in its place, from then on', async () => {
    const { say, speaker } = createTest();
    await say([SORRY]);
    const events = await say(['First.', SORRY, 'Second.', 'Third.', SORRY]);
    expect(shape(events)).toBe(`First. ~ ~ ${SORRY} ~ ~ Second. ~ ~ Third. ~ ~ ${SORRY} ~ ~`);
    expect(speaker.spoken).toEqual([
      `rosa: ${SORRY}`,
      'rosa: First.',
      'rosa: Second.',
      'rosa: Third.',
    ]);
  });

  it('remembers nothing but the phrases', async () => {
    const { say, speaker } = createTest();
    await say(['My secret.']);
    await say(['My secret.']);
    expect(speaker.spoken).toHaveLength(2);
  });

  it('keeps each voice apart, and takes one that nobody has for the first', async () => {
    const { say, speaker } = createTest();
    await say([SORRY], 'rosa');
    await say([SORRY], 'max');
    expect(speaker.spoken).toEqual([`rosa: ${SORRY}`, `max: ${SORRY}`]);
    await say([SORRY], 'nobody');
    expect(speaker.spoken).toHaveLength(2);
  });

  it('does not cut another provider’s voice in, unless nobody works', async () => {
    const { say, speaker } = createTest();
    await say([SORRY]);
    speaker.name = 'b';
    await say([SORRY]);
    expect(speaker.spoken).toHaveLength(2);
    for (const name of ['none', 'browser']) {
      speaker.name = name;
      expect(shape(await say([SORRY]))).toBe(`${SORRY} ~ ~`);
    }
    expect(speaker.spoken).toHaveLength(2);
  });

  it('gives everyone their own samples', async () => {
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

  it('keeps no phrase that broke off or was finished by someone else', async () => {
    const { say, speaker } = createTest();
    speaker.failsIn = SORRY;
    await expect(say([SORRY])).rejects.toThrow();
    speaker.failsIn = undefined;
    speaker.failoverIn = SORRY;
    await say([SORRY]);
    speaker.failoverIn = undefined;
    await say([SORRY]);
    expect(speaker.spoken).toHaveLength(3);
  });

  it('keeps no phrase under the name of another who may have spoken it', async () => {
    const { say, speaker } = createTest();
    speaker.name = 'b';
    const { synthesize } = speaker;
    speaker.synthesize = async function* (clauses, options) {
      yield* synthesize.call(speaker, clauses, options);
      // It was a's trial, and went well.
      speaker.name = 'a';
    };
    await say([SORRY]);
    speaker.synthesize = synthesize;
    speaker.name = 'b';
    await say([SORRY]);
    expect(speaker.spoken).toHaveLength(2);
  });

  it('says a phrase in another voice where the one who should say it fails', async () => {
    const { say, speaker } = createTest();
    await say([SORRY]);
    speaker.name = 'b';
    speaker.failsBefore = SORRY;
    expect(shape(await say(['First.', SORRY]))).toBe(`First. ~ ~ ${SORRY} ~ ~`);
    speaker.failsBefore = 'First.';
    await expect(say(['First.', SORRY])).rejects.toThrow();
    speaker.failsIn = SORRY;
    await expect(say([SORRY])).rejects.toThrow();
  });

  it('loses no clause that a voice was waiting for when it failed', async () => {
    const { cache, say, speaker } = createTest();
    await say([SORRY]);
    speaker.name = 'b';
    speaker.synthesize = async function* (clauses) {
      const iterator = clauses[Symbol.asyncIterator]();
      const first = await iterator.next();
      yield { type: 'clause-started', text: `not ${first.value}` };
      void iterator.next();
      throw new ParleyError('synthesizer_failed');
    };
    const { promise, resolve } = Promise.withResolvers<void>();
    async function* slow() {
      yield SORRY;
      await promise;
      yield SORRY;
    }
    const options = { voice: 'rosa', signal: new AbortController().signal };
    const events: SpeechEvent[] = [];
    for await (const event of cache.synthesize(slow(), options)) {
      events.push(event);
      if (events.length === 4) resolve();
    }
    expect(shape(events)).toBe(`not ${SORRY} ${SORRY} ~ ~ ${SORRY} ~ ~`);
  });

  it('keeps within its bytes, dropping what was not used for longest', async () => {
    const { say, speaker } = createTest(1_024);
    await say([SORRY]);
    await say([MOMENT]);
    await say([MOMENT]);
    expect(speaker.spoken).toHaveLength(2);
    await say([SORRY]);
    expect(speaker.spoken).toHaveLength(3);
  });

  it('warms what is missing, one at a time, and asks no provider that is not there', async () => {
    const { cache, speaker, say } = createTest();
    const { signal } = new AbortController();
    await say([SORRY]);
    await Promise.all([cache.warm('rosa', signal), cache.warm('max', signal)]);
    expect(speaker.spoken).toEqual([
      `rosa: ${SORRY}`,
      `rosa: ${MOMENT}`,
      `max: ${SORRY}`,
      `max: ${MOMENT}`,
    ]);
    speaker.name = 'none';
    await cache.warm('rosa', signal);
    expect(speaker.spoken).toHaveLength(4);
  });

  it('stops warming when told to or when it fails, and warms again later', async () => {
    const { cache, speaker } = createTest();
    await cache.warm('rosa', AbortSignal.abort());
    expect(speaker.spoken).toEqual([]);
    speaker.failsIn = SORRY;
    await cache.warm('rosa', new AbortController().signal);
    expect(speaker.spoken).toHaveLength(1);
    speaker.failsIn = undefined;
    await cache.warm('rosa', new AbortController().signal);
    expect(speaker.spoken).toHaveLength(3);
  });

  it('ends quietly when aborted in the middle of a phrase from memory', async () => {
    const { cache, say } = createTest();
    await say([SORRY]);
    const abort = new AbortController();
    const seen: SpeechEvent[] = [];
    const options = { voice: 'rosa', signal: abort.signal };
    for await (const event of cache.synthesize(clausesOf([SORRY, 'More.']), options)) {
      seen.push(event);
      if (event.type === 'speech-audio') abort.abort();
    }
    expect(shape(seen)).toBe(`${SORRY} ~`);
  });
});

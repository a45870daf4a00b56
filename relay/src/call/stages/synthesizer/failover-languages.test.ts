import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import type { Failover } from '../provider.ts';
import type { Synthesizer } from './synthesizer.ts';
import type { Transcriber } from '../transcriber/transcriber.ts';
import { FailoverSynthesizer } from './failover-synthesizer.ts';
import { FailoverTranscriber } from '../transcriber/failover-transcriber.ts';
import { FakeSpeaker } from './speaker.fake.ts';
import { FakeTranscriber } from '../transcriber/transcriber.fake.ts';
import { PhraseMemory } from './phrase-memory.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';
import { StageCandidates } from '../health/stage-candidates.ts';
import { trackOf } from './track.rig.ts';
import { FakeOpus } from '../../../base/lib/opus-thread.fake.ts';

const { signal } = new AbortController();

describe('a transcriber that does not know the language', () => {
  function createTest() {
    const clock = new FakeClock();
    const fakes = [new FakeTranscriber('a'), new FakeTranscriber('b'), new FakeTranscriber('c')];
    const [a, b] = fakes;
    a!.languages = ['en'];
    b!.languages = ['en', 'de'];
    const stage = new StageCandidates<Transcriber>({
      stage: 'transcriber',
      providers: fakes,
      policy: DEFAULT_POLICY,
      clock,
      logger: silentLogger,
    });
    const failovers: Failover[] = [];
    const listen = (language: string) => {
      const onFailover = (failover: Failover) => failovers.push(failover);
      const transcriber = new FailoverTranscriber(stage);
      const { events } = transcriber.listen({ language, signal, onFailover, opus: new FakeOpus() });
      return Array.fromAsync(events);
    };
    return { clock, fakes, stage, failovers, listen };
  }

  it('is passed over, and this does not count as a failure', async () => {
    const { fakes, stage, failovers, listen } = createTest();
    const words = listen('de-CH');
    await settle();
    fakes[1]!.final('hallo');
    expect(await words).toMatchObject([{ text: 'hallo' }]);
    expect(fakes.map(({ log }) => log)).toEqual([[], ['open'], []]);
    expect(failovers).toEqual([]);
    expect(stage.candidates[0]!.health!.status()).toMatchObject({ requests: 0, failures: 0 });
    expect([stage.active('de'), stage.active('en'), stage.active()]).toEqual(['b', 'a', 'a']);
  });

  it('is passed over when another one fails, too', async () => {
    const { fakes, failovers, listen } = createTest();
    const words = listen('de');
    await settle();
    fakes[1]!.fail();
    await settle();
    fakes[2]!.final('hallo');
    expect(await words).toMatchObject([{ text: 'hallo' }]);
    expect(failovers).toMatchObject([{ from: 'b', to: 'c' }]);
  });

  it('leaves the stage as if all had failed if there is no other', async () => {
    const { fakes, stage, listen } = createTest();
    fakes[2]!.languages = [];
    await expect(listen('fr')).rejects.toMatchObject({ code: 'transcriber_failed' });
    expect(fakes.flatMap(({ log }) => log)).toEqual([]);
    expect(stage.active('fr')).toBe('none');
  });

  it('is not opened ahead of need', () => {
    const { fakes, stage } = createTest();
    const opened: string[] = [];
    for (const fake of fakes) {
      Object.assign(fake, {
        prepare: (language: string) => {
          opened.push(`${fake.name} ${language}`);
          return () => {};
        },
      });
    }
    stage.prepare('de')();
    expect(opened).toEqual(['b de']);
  });
});

describe('a stage', () => {
  it('knows what its own providers know together, and leaves the browser out', () => {
    const clock = new FakeClock();
    const [a, b, browser] = ['a', 'b', 'browser'].map((name) => new FakeTranscriber(name));
    a!.languages = ['en'];
    b!.languages = ['de', 'en'];
    const stageOf = (...providers: Transcriber[]) =>
      new StageCandidates<Transcriber>({
        stage: 'transcriber',
        providers,
        policy: DEFAULT_POLICY,
        clock,
        logger: silentLogger,
      });
    expect(stageOf(a!, b!, browser!).languages).toEqual(['en', 'de']);
    expect(stageOf(browser!).languages).toBeUndefined();
  });
});

describe('a voice', () => {
  function createTest(phrases: readonly string[] = []) {
    const clock = new FakeClock();
    const a = new FakeSpeaker('a', clock, []);
    const b = new FakeSpeaker('b', clock, []);
    a.languages = ['en'];
    b.languages = ['de', 'en'];
    b.voices = [
      { id: 'one', label: 'One', languages: ['en'] },
      { id: 'eins', label: 'Eins', languages: ['de'] },
    ];
    const stage = new StageCandidates<Synthesizer>({
      stage: 'synthesizer',
      providers: [a, b],
      policy: DEFAULT_POLICY,
      clock,
      logger: silentLogger,
    });
    const synthesizer = new FailoverSynthesizer(stage, new PhraseMemory({ phrases, clock }));
    const speak = async (text: string, language: string, voice = 'a-voice') => {
      const options = { voice, language, signal };
      for await (const _ of synthesizer.speak(trackOf([text]), options));
    };
    return { a, b, synthesizer, speak };
  }

  it('is one that knows the language, of the first provider that does', async () => {
    const { a, b, synthesizer, speak } = createTest();
    await speak('Guten Tag.', 'de');
    expect(a.asked).toEqual([]);
    expect(b.asked).toMatchObject([{ voice: 'eins', language: 'de' }]);
    expect(synthesizer.offer('de').voices.map(({ id }) => id)).toEqual(['eins']);
    expect(synthesizer.offer('en').voices.map(({ id }) => id)).toEqual(['a-voice']);
  });

  it('is foreign if it is there, but not for the language', () => {
    const { synthesizer } = createTest();
    const foreign = (voice: string) => synthesizer.isForeign(voice, 'de');
    expect(['a-voice', 'one', 'eins', 'nobody'].map(foreign)).toEqual([true, true, false, false]);
  });

  it('does not say in one language what is remembered of another', async () => {
    const { b, speak } = createTest(['Okay.']);
    b.voices = [{ id: 'both', label: 'Both' }];
    for (const language of ['de', 'de', 'fr']) {
      b.languages = [language];
      await speak('Okay.', language, 'both');
    }
    expect(b.asked.map(({ language }) => language)).toEqual(['de', 'fr']);
  });
});

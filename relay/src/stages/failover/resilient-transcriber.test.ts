import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../lib/fake-clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { KeptSpeech } from './kept-speech.ts';
import type { Failover } from '../provider.ts';
import type { TranscriptEvent, Transcriber } from '../transcriber.ts';
import { FakeTranscriber } from './fake-transcriber.ts';
import { ResilientTranscriber } from './resilient-transcriber.ts';
import { StageCandidates } from './stage-candidates.ts';

function createTest(names = ['a', 'b']) {
  const clock = new FakeClock();
  const fakes = names.map((name) => new FakeTranscriber(name));
  const stage = new StageCandidates<Transcriber>({
    stage: 'transcriber',
    providers: fakes,
    policy: DEFAULT_POLICY,
    clock,
    logger: silentLogger,
  });
  const transcriber = new ResilientTranscriber(stage);
  const abort = new AbortController();
  const failovers: Failover[] = [];
  const open = () =>
    transcriber.open({
      language: 'en-US',
      signal: abort.signal,
      onFailover: (failover) => failovers.push(failover),
    });
  return { clock, fakes, stage, transcriber, abort, failovers, open };
}

/** Collects in the background; `done` settles with the iteration. */
function collect(events: AsyncIterable<TranscriptEvent>) {
  const texts: string[] = [];
  const done = (async () => {
    for await (const event of events) if ('text' in event) texts.push(event.text);
  })();
  done.catch(() => {});
  return { texts, done };
}

const pcm = (...samples: number[]) => Int16Array.from(samples);

describe('the resilient transcriber', () => {
  it('passes everything through while all is well', async () => {
    const { open, fakes, failovers, stage, clock, abort } = createTest();
    const transcription = await open();
    const { texts, done } = collect(transcription.events);
    transcription.push(pcm(1, 2));
    transcription.speculate?.();
    fakes[0]!.partial('hello');
    await settle();
    transcription.finalize();
    fakes[0]!.final('hello there');
    await done;
    expect(texts).toEqual(['hello', 'hello there']);
    expect(fakes[0]!.log).toEqual(['open', '1', '2', 'speculate', 'finalize']);
    expect(fakes[1]!.log).toEqual([]);
    expect(failovers).toEqual([]);
    expect(stage.candidates[0]!.health!.status()).toMatchObject({ requests: 1, failures: 0 });
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });

  it('opens the next where the first refuses or hangs', async () => {
    for (const opened of ['refused', 'never'] as const) {
      const { open, fakes, failovers, clock } = createTest();
      fakes[0]!.opened = opened;
      const opening = open();
      await clock.advance(DEFAULT_POLICY.attempts.transcriberOpenMs);
      await opening;
      expect(fakes[1]!.log).toEqual(['open']);
      expect(fakes[0]!.signals[0]!.aborted).toBe(true);
      expect(failovers).toEqual([
        {
          stage: 'transcriber',
          from: 'a',
          to: 'b',
          reason: opened === 'never' ? 'transcriber_timeout' : 'transcriber_failed',
        },
      ]);
    }
  });

  it.each([
    ['while the person speaks', (fake: FakeTranscriber) => fake.fail()],
    ['by ending early', (fake: FakeTranscriber) => fake.end()],
    ['by throwing where it is fed', (fake: FakeTranscriber) => (fake.pushFails = true)],
  ])('gives all of the utterance to the next where the first fails %s', async (_, breakIt) => {
    const { open, fakes } = createTest();
    const transcription = await open();
    const { texts, done } = collect(transcription.events);
    transcription.push(pcm(1, 2));
    fakes[0]!.partial('on');
    await settle();
    breakIt(fakes[0]!);
    transcription.push(pcm(3));
    await settle();
    transcription.push(pcm(4));
    transcription.finalize();
    fakes[1]!.partial('one two');
    fakes[1]!.final('one two three');
    await done;
    expect(texts).toEqual(['on', 'one two', 'one two three']);
    expect(fakes[1]!.log).toEqual(['open', '1', '2', '3', '4', 'finalize']);
  });

  it('says again what the caller keeps, as far as it was given it', async () => {
    const { transcriber, fakes, abort } = createTest();
    const { signal } = abort;
    const kept = new KeptSpeech(100);
    // Said before anyone was there to listen: the caller gives it once it is open.
    kept.add(pcm(1));
    const transcription = await transcriber.open({ language: 'en-US', signal, kept });
    const { done } = collect(transcription.events);
    expect(fakes[0]!.log).toEqual(['open']);
    transcription.push(pcm(1));
    kept.add(pcm(2));
    transcription.push(pcm(2));
    fakes[0]!.fail();
    kept.add(pcm(3));
    transcription.push(pcm(3));
    await settle();
    transcription.finalize();
    fakes[1]!.final('one two three');
    await done;
    expect(fakes[1]!.log).toEqual(['open', '1', '2', '3', 'finalize']);
    expect(kept.isWhole).toBe(true);
  });

  it('goes on where the first keeps its final words to itself', async () => {
    const { open, fakes, clock, failovers } = createTest();
    const transcription = await open();
    const { texts, done } = collect(transcription.events);
    transcription.push(pcm(1));
    transcription.speculate?.();
    transcription.finalize();
    await clock.advance(DEFAULT_POLICY.attempts.transcriberFinalMs - 1);
    expect(fakes[1]!.log).toEqual([]);
    await clock.advance(1);
    expect(fakes[1]!.log).toEqual(['open', '1', 'speculate', 'finalize']);
    fakes[1]!.final('one');
    await done;
    expect(texts).toEqual(['one']);
    expect(failovers.map(({ reason }) => reason)).toEqual(['transcriber_timeout']);
  });

  it('gives all of it to the same again where that is alone and fails while the person speaks', async () => {
    const { transcriber, fakes, clock, abort, failovers } = createTest(['a']);
    const { signal } = abort;
    const kept = new KeptSpeech(100);
    const transcription = await transcriber.open({ language: 'en-US', signal, kept });
    const { texts, done } = collect(transcription.events);
    kept.add(pcm(1));
    transcription.push(pcm(1));
    await clock.advance(20_000);
    fakes[0]!.fail();
    await settle();
    transcription.finalize();
    expect(fakes[0]!.log).toEqual(['open', '1', 'open', '1', 'finalize']);
    // Alone, it has all the time of its stage.
    await clock.advance(28_000);
    fakes[0]!.final('one');
    await done;
    expect(texts).toEqual(['one']);
    expect(failovers).toEqual([]);
  });

  it('asks the next in the turn in which the failure is noticed', async () => {
    const { open, fakes, clock } = createTest();
    const transcription = await open();
    collect(transcription.events);
    await settle();
    const before = clock.now();
    fakes[0]!.fail();
    await settle();
    expect(fakes[1]!.log).toEqual(['open']);
    expect(clock.now()).toBe(before);
  });

  it('is done with all of five within the deadline of the stage', async () => {
    const { open, clock, failovers } = createTest(['a', 'b', 'c', 'd', 'e']);
    const transcription = await open();
    const { done } = collect(transcription.events);
    transcription.finalize();
    await clock.advance(DEFAULT_POLICY.deadlines.transcriberMs - 1);
    await expect(done).rejects.toMatchObject({ code: 'transcriber_timeout' });
    expect(failovers.map(({ to }) => to)).toEqual(['b', 'c', 'd', 'e', 'none']);
  });

  it('throws the last error where nobody is left, and leaves nothing behind', async () => {
    const { open, fakes, failovers, clock, abort } = createTest();
    const transcription = await open();
    const { done } = collect(transcription.events);
    fakes[1]!.opened = 'refused';
    await clock.advance(2_000);
    fakes[0]!.fail();
    await expect(done).rejects.toMatchObject({ code: 'transcriber_failed' });
    expect(failovers.map(({ to }) => to)).toEqual(['b', 'none']);
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });

  it('hands over to the browser, and afterwards throws at once without a request', async () => {
    const { open, fakes, transcriber, failovers, clock } = createTest(['a', 'browser']);
    fakes[0]!.opened = 'refused';
    // Alone in the relay, it is asked twice by the first: the third time opens its breaker.
    for (let count = 0; count < 2; count++) await expect(open()).rejects.toThrow();
    expect(failovers).toHaveLength(2);
    expect(failovers[0]).toMatchObject({ from: 'a', to: 'browser' });
    expect(transcriber.name).toBe('browser');
    const { length } = fakes[0]!.log;
    await expect(open()).rejects.toMatchObject({ code: 'transcriber_failed' });
    expect(fakes[0]!.log).toHaveLength(length);
    expect(failovers).toHaveLength(2);
    expect(fakes[1]!.log).toEqual([]);
    await clock.advance(DEFAULT_POLICY.breaker.coolDownMs);
    expect(transcriber.name).toBe('a');
  });

  it('holds nothing against anyone when it is aborted, at whatever moment', async () => {
    for (const moment of ['opening', 'speaking', 'never iterated']) {
      const { open, fakes, abort, stage, clock } = createTest();
      if (moment === 'opening') fakes[0]!.opened = 'never';
      const opening = open();
      opening.catch(() => {});
      await settle();
      const rest = moment === 'speaking' ? collect((await opening).events).done : Promise.resolve();
      await settle();
      abort.abort();
      await rest;
      await settle();
      expect(fakes[0]!.signals[0]!.aborted).toBe(true);
      expect(stage.candidates[0]!.health!.health).toBe('healthy');
      expect(fakes[1]!.log).toEqual([]);
      expect(clock.pendingTimers).toBe(0);
      expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
    }
  });

  it('keeps no more of an utterance than the longest that may be', async () => {
    const { open, fakes } = createTest();
    const transcription = await open();
    const { done } = collect(transcription.events);
    const second = new Int16Array(16_000);
    for (let count = 0; count < 61; count++) transcription.push(second);
    expect(fakes[0]!.log).toHaveLength(1 + 61 * 16_000);
    fakes[0]!.fail();
    await settle();
    expect(fakes[1]!.log).toHaveLength(1 + 60 * 16_000);
    fakes[1]!.final('');
    await done;
  });
});

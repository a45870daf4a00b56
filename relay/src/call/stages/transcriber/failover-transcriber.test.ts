import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';
import type { Failover, ProviderAttempt } from '../provider.ts';
import type { TranscriptEvent, Transcriber } from './transcriber.ts';
import { FakeTranscriber } from './transcriber.fake.ts';
import { FailoverTranscriber } from './failover-transcriber.ts';
import { StageCandidates } from '../health/stage-candidates.ts';
import { FakeOpus } from '../../../base/lib/opus-thread.fake.ts';

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
  const transcriber = new FailoverTranscriber(stage);
  const opus = new FakeOpus();
  const abort = new AbortController();
  const failovers: Failover[] = [];
  const attempts: ProviderAttempt[] = [];
  /** Begins an utterance and lets the first recogniser listen, if it does. */
  const listen = async () => {
    const transcription = transcriber.listen({
      language: 'en-US',
      signal: abort.signal,
      opus,
      onFailover: (failover) => failovers.push(failover),
      onAttempt: (attempt) => attempts.push(attempt),
    });
    const collected = collect(transcription.events);
    await settle();
    return { transcription, ...collected };
  };
  return { clock, fakes, stage, transcriber, abort, failovers, attempts, listen };
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
/** Long enough for the person to have finished. */
const silence = new Int16Array(3_200);
const zeros = [...silence].map(String);

describe('the failover transcriber', () => {
  it('passes everything through while all is well', async () => {
    const { listen, fakes, failovers, stage, clock, abort } = createTest();
    const { transcription, texts, done } = await listen();
    transcription.push(pcm(1, 2));
    transcription.push(silence);
    fakes[0]!.partial('hello');
    await settle();
    transcription.finalize();
    fakes[0]!.final('hello there');
    await done;
    expect(texts).toEqual(['hello', 'hello there']);
    expect(fakes[0]!.log).toEqual(['open', '1', '2', ...zeros, 'speculate', 'finalize']);
    expect(fakes[1]!.log).toEqual([]);
    expect(failovers).toEqual([]);
    expect(stage.candidates[0]!.health!.status()).toMatchObject({ requests: 1, failures: 0 });
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });

  it('opens the next if the first refuses or hangs', async () => {
    for (const opened of ['refused', 'never'] as const) {
      const { listen, fakes, failovers, clock } = createTest();
      fakes[0]!.opened = opened;
      await listen();
      await clock.advance(DEFAULT_POLICY.attempts.transcriberOpenMs);
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
  ])('gives all of the utterance to the next if the first fails %s', async (_, breakIt) => {
    const { listen, fakes } = createTest();
    const { transcription, texts, done } = await listen();
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

  it('goes on with the next if no final words come from the first', async () => {
    const { listen, fakes, clock, failovers, attempts } = createTest();
    const { transcription, texts, done } = await listen();
    transcription.push(pcm(1));
    transcription.push(silence);
    transcription.finalize();
    await clock.advance(DEFAULT_POLICY.attempts.transcriberFinalMs - 1);
    expect(fakes[1]!.log).toEqual([]);
    await clock.advance(1);
    expect(fakes[1]!.log).toEqual(['open', '1', ...zeros, 'speculate', 'finalize']);
    fakes[1]!.final('one');
    await done;
    expect(texts).toEqual(['one']);
    expect(failovers.map(({ reason }) => reason)).toEqual(['transcriber_timeout']);
    expect(attempts).toMatchObject([
      { provider: 'a', outcome: 'failed', fault: 'timeout', durationMs: 8_000 },
      { provider: 'b', outcome: 'succeeded', fault: null },
    ]);
  });

  it('retries a lone recogniser that fails while the person speaks', async () => {
    const { listen, fakes, clock, failovers } = createTest(['a']);
    const { transcription, texts, done } = await listen();
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

  it('asks the next at once when a failure is noticed', async () => {
    const { listen, fakes, clock } = createTest();
    await listen();
    const before = clock.now();
    fakes[0]!.fail();
    await settle();
    expect(fakes[1]!.log).toEqual(['open']);
    expect(clock.now()).toBe(before);
  });

  it('is done with all of five within the deadline of the stage', async () => {
    const { listen, clock, failovers } = createTest(['a', 'b', 'c', 'd', 'e']);
    const { transcription, done } = await listen();
    transcription.finalize();
    await clock.advance(DEFAULT_POLICY.deadlines.transcriberMs - 1);
    await expect(done).rejects.toMatchObject({ code: 'transcriber_timeout' });
    expect(failovers.map(({ to }) => to)).toEqual(['b', 'c', 'd', 'e', 'none']);
  });

  it('throws the last error if no candidate is left, and leaves nothing behind', async () => {
    const { listen, fakes, failovers, clock, abort } = createTest();
    const { done } = await listen();
    fakes[1]!.opened = 'refused';
    await clock.advance(2_000);
    fakes[0]!.fail();
    await expect(done).rejects.toMatchObject({ code: 'transcriber_failed' });
    expect(failovers.map(({ to }) => to)).toEqual(['b', 'none']);
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });

  it('hands over to the browser, and afterwards throws at once without a request', async () => {
    const { listen, fakes, transcriber, failovers, clock } = createTest(['a', 'browser']);
    fakes[0]!.opened = 'refused';
    // Alone in the relay, it is asked twice by the first: the third time opens its breaker.
    for (let count = 0; count < 2; count++) await expect((await listen()).done).rejects.toThrow();
    expect(failovers).toHaveLength(2);
    expect(failovers[0]).toMatchObject({ from: 'a', to: 'browser' });
    expect(transcriber.active()).toBe('browser');
    const { length } = fakes[0]!.log;
    const { done } = await listen();
    await expect(done).rejects.toMatchObject({ code: 'transcriber_failed' });
    expect(fakes[0]!.log).toHaveLength(length);
    expect(failovers).toHaveLength(2);
    expect(fakes[1]!.log).toEqual([]);
    await clock.advance(DEFAULT_POLICY.breaker.coolDownMs);
    expect(transcriber.active()).toBe('a');
  });

  it('holds nothing against a provider when it is aborted, at any moment', async () => {
    for (const moment of ['opening', 'speaking']) {
      const { listen, fakes, abort, stage, clock, attempts } = createTest();
      if (moment === 'opening') fakes[0]!.opened = 'never';
      const { done } = await listen();
      abort.abort();
      await done;
      expect(attempts).toMatchObject([{ provider: 'a', outcome: 'abandoned' }]);
      await settle();
      expect(fakes[0]!.signals[0]!.aborted).toBe(true);
      expect(stage.candidates[0]!.health!.health).toBe('healthy');
      expect(fakes[1]!.log).toEqual([]);
      expect(clock.pendingTimers).toBe(0);
      expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
    }
  });

  it('keeps no more of an utterance than the longest that may be', async () => {
    const { listen, fakes } = createTest();
    const { transcription, done } = await listen();
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

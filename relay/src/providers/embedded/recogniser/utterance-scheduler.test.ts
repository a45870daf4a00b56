import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/fake-clock.ts';
import { Recognisers, Speaker, WAIT_MS } from './scripted-recognisers.ts';

/** Three who have said ten seconds each, and await an answer. */
function threeAsking(recognisers: Recognisers): readonly Speaker[] {
  return [1, 2, 3].map((number) => {
    const speaker = new Speaker(recognisers, number);
    for (let chunk = 0; chunk < 100; chunk += 1) speaker.speak();
    speaker.end();
    return speaker;
  });
}

/** What may happen: to one of the speakers, or time passes. */
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('speak' as const), who: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pause' as const), who: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), who: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(700) }) },
);

describe('UtteranceScheduler', () => {
  it('ends each utterance once, whole and in order, in any order of events', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 80 }),
        fc.integer({ min: 1, max: 3 }),
        async (happenings, workers) => {
          const clock = new FakeClock();
          const recognisers = new Recognisers(clock, workers);
          const speakers = Array.from(
            { length: 10 },
            (_, who) => new Speaker(recognisers, who + 1),
          );
          for (const one of happenings) {
            if (one.kind === 'wait') {
              await clock.advance(one.ms);
              continue;
            }
            const speaker = speakers[one.who]!;
            if (one.kind === 'speak') speaker.speak();
            else if (one.kind === 'pause') speaker.transcription.speculate();
            else if (one.kind === 'end') speaker.end();
            else speaker.controller.abort();
          }
          for (const speaker of speakers) speaker.end();
          await clock.advance(20_000);
          const heard = speakers.filter(({ controller }) => !controller.signal.aborted);
          expect(heard.map(({ text }) => text)).toEqual(heard.map(({ said }) => said));
          for (const speaker of speakers) {
            expect(speaker.failure).toBeUndefined();
            expect(speaker.settledAtMs).toBeDefined();
          }
          expect(recognisers.faults).toEqual([]);
          expect(clock.pendingTimers).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('lets one that has ended take the place of one that is spoken, which loses nothing', async () => {
    const clock = new FakeClock();
    const recognisers = new Recognisers(clock, 1);
    const [talker, asker] = [new Speaker(recognisers, 1), new Speaker(recognisers, 2)];
    for (let chunk = 0; chunk < 20; chunk += 1) {
      talker.speak();
      if (chunk < 10) asker.speak();
      else asker.end();
      await clock.advance(100);
    }
    expect(asker.text).toBe('10 of 2');
    // A second of audio takes 100 ms, and as long until the other gives way.
    expect(asker.settledAtMs! - asker.endedAtMs!).toBeLessThan(200);
    talker.end();
    await clock.advance(500);
    expect(talker.text).toBe('20 of 1');
  });

  it('lets one whose speaker pauses be understood before those that are spoken', async () => {
    const clock = new FakeClock();
    const recognisers = new Recognisers(clock, 1);
    const [talker, pausing] = [new Speaker(recognisers, 1), new Speaker(recognisers, 2)];
    for (let chunk = 0; chunk < 10; chunk += 1) {
      talker.speak();
      pausing.speak();
      await clock.advance(100);
    }
    expect(pausing.events).toEqual([]);
    pausing.transcription.speculate();
    await clock.advance(300);
    expect(pausing.events.at(-1)).toEqual({ type: 'transcript-partial', text: '10 of 2' });
  });

  it('gives nothing to those who hold recognisers and say nothing', async () => {
    const clock = new FakeClock();
    const recognisers = new Recognisers(clock, 4);
    const hogs = Array.from({ length: 8 }, (_, hog) => new Speaker(recognisers, hog + 10));
    const delays: number[] = [];
    for (let second = 0; second < 30; second += 1) {
      for (const hog of hogs) hog.speak();
      const speaker = new Speaker(recognisers, 1);
      for (let chunk = 0; chunk < 8; chunk += 1) {
        speaker.speak();
        await clock.advance(100);
      }
      speaker.end();
      await clock.advance(400);
      expect(speaker.text).toBe('8 of 1');
      delays.push(speaker.settledAtMs! - speaker.endedAtMs!);
    }
    expect(Math.max(...delays)).toBeLessThan(200);
  });

  it('says that all are busy when one that has ended has waited too long', async () => {
    const clock = new FakeClock();
    const recognisers = new Recognisers(clock, 1);
    const long = new Speaker(recognisers, 1);
    for (let chunk = 0; chunk < 590; chunk += 1) long.speak();
    long.end();
    await clock.advance(10);
    const late = new Speaker(recognisers, 2);
    late.speak();
    late.end();
    await clock.advance(WAIT_MS + 10);
    expect(late.failure).toMatchObject({ code: 'capacity_exhausted' });
    await clock.advance(10_000);
    expect(long.text).toBe('590 of 1');
  });

  it('starts one recogniser after another, and does not call all busy meanwhile', async () => {
    const clock = new FakeClock();
    const recognisers = new Recognisers(clock, 3);
    recognisers.startMs = WAIT_MS + 1_000;
    const speakers = threeAsking(recognisers);
    await clock.advance(20_000);
    expect(speakers.map(({ text }) => text)).toEqual(speakers.map(({ said }) => said));
    expect(recognisers.faults).toEqual([]);
  });

  it('starts more recognisers than processors only if no utterance that has ended waits', async () => {
    const clock = new FakeClock();
    const recognisers = new Recognisers(clock, 4);
    const asking = threeAsking(recognisers);
    await clock.advance(500);
    expect(recognisers.leased).toBe(2);
    await clock.advance(3_000);
    expect(asking.map(({ text }) => text)).toEqual(asking.map(({ said }) => said));
    for (let who = 4; who < 8; who += 1) new Speaker(recognisers, who).speak();
    await clock.advance(500);
    // The fourth is kept from those that are only being spoken.
    expect(recognisers.leased).toBe(3);
  });

  it('asks for no more recognisers than there may be while one is probed', async () => {
    const clock = new FakeClock();
    const recognisers = new Recognisers(clock, 1);
    await recognisers.scheduler.probe();
    const probed = recognisers.scheduler.probe();
    const speaker = new Speaker(recognisers, 1);
    speaker.speak();
    speaker.end();
    await probed;
    await clock.advance(500);
    expect(speaker.text).toBe('1 of 1');
    expect(recognisers.faults).toEqual([]);
  });

  it('refuses the sixty-fifth utterance', () => {
    const recognisers = new Recognisers(new FakeClock(), 1);
    for (let who = 0; who < 64; who += 1) {
      recognisers.scheduler.admit();
      void new Speaker(recognisers, who);
    }
    expect(() => recognisers.scheduler.admit()).toThrow(
      expect.objectContaining({ code: 'capacity_exhausted' }),
    );
  });
});

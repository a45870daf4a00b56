import type { OpusAudio } from '@parley/shared/audio/opus-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { FakeOpus } from '../../../base/lib/opus-thread.fake.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';
import { StageCandidates } from '../health/stage-candidates.ts';
import type { Failover } from '../provider.ts';
import { FailoverTranscriber } from './failover-transcriber.ts';
import { BLOCK_SAMPLES, OpusReplay, ReplayBuffer, SampleBlocks } from './replay-buffer.ts';
import { FakeTranscriber } from './transcriber.fake.ts';
import type { Transcriber } from './transcriber.ts';

/** One packet of 100 ms, which the fake codec decodes to these samples. */
const packet = (...bytes: number[]): OpusAudio => ({
  packet: Uint8Array.of(75, 5, ...bytes),
  durationMs: 100,
});
/** What the fake codec makes of the packet's first bytes. */
const HEAD = ['75', '5'];

function createTest(takers: readonly boolean[], opus = new FakeOpus()) {
  const clock = new FakeClock();
  const fakes = takers.map((takesOpus, index) => {
    const fake = new FakeTranscriber(String(index));
    fake.takesOpus = takesOpus;
    return fake;
  });
  const stage = new StageCandidates<Transcriber>({
    stage: 'transcriber',
    providers: fakes,
    policy: DEFAULT_POLICY,
    clock,
    logger: silentLogger,
  });
  const abort = new AbortController();
  const failovers: Failover[] = [];
  const hearing = new FailoverTranscriber(stage).listen({
    language: 'en-US',
    signal: abort.signal,
    onFailover: (failover) => failovers.push(failover),
    opus,
  });
  const texts: string[] = [];
  const done = (async () => {
    for await (const event of hearing.events) if ('text' in event) texts.push(event.text);
  })();
  done.catch(() => {});
  return { clock, fakes, opus, stage, abort, failovers, hearing, texts, done };
}

describe('a recogniser that takes PCM16', () => {
  it('hears decoded speech, and is finalized after the last of it', async () => {
    const { fakes, hearing, opus, texts, done } = createTest([false]);
    await settle();
    hearing.push(packet(1));
    hearing.push(packet(2));
    hearing.finalize();
    expect(fakes[0]!.log).toEqual(['open']);
    await settle();
    expect(fakes[0]!.log).toEqual(['open', ...HEAD, '1', ...HEAD, '2', 'finalize']);
    fakes[0]!.final('one two');
    await done;
    expect(texts).toEqual(['one two']);
    expect(hearing.durationMs).toBe(200);
    expect(opus.open).toBe(0);
  });

  it('speculates at a silence, but not at one amid a replay', async () => {
    const { fakes, hearing } = createTest([false, false]);
    await settle();
    const quiet: OpusAudio = { packet: new Uint8Array(1_900), durationMs: 100 };
    for (const audio of [packet(200), quiet, quiet, packet(200)]) {
      hearing.push(audio);
      await settle();
    }
    const words = (index: number) => fakes[index]!.log.filter((entry) => Number.isNaN(+entry));
    expect(words(0)).toEqual(['open', 'speculate']);
    fakes[0]!.fail();
    await settle();
    expect(words(1)).toEqual(['open']);
    hearing.push(quiet);
    hearing.push(quiet);
    await settle();
    expect(words(1)).toEqual(['open', 'speculate']);
  });

  it('gets all of it from the start if the decoder dies', async () => {
    const { fakes, hearing, opus, failovers, done } = createTest([false, false]);
    await settle();
    hearing.push(packet(1));
    await settle();
    opus.deaths = 1;
    hearing.push(packet(2));
    await settle();
    expect(failovers).toMatchObject([{ from: '0', to: '1', reason: 'transcriber_failed' }]);
    hearing.push(packet(3));
    hearing.finalize();
    await settle();
    expect(fakes[1]!.log).toEqual([
      ...['open', ...HEAD, '1', ...HEAD, '2', ...HEAD, '3'],
      'finalize',
    ]);
    fakes[1]!.final('');
    await done;
    expect([opus.opened, opus.open]).toEqual([2, 0]);
  });

  it('hears exactly what was said, once and in order, however decoding and failures fall', async () => {
    const step = fc.constantFrom('speak', 'wait', 'fail', 'abort');
    const steps = fc.array(step, { maxLength: 40 });
    const delays = fc.infiniteStream(fc.nat({ max: 4 }));
    await fc.assert(
      fc.asyncProperty(steps, delays, fc.boolean(), async (script, waits, opensLate) => {
        const turns = async (count: number) => {
          for (let turn = 0; turn < count; turn++) await Promise.resolve();
        };
        const slow = new FakeOpus(() => turns(waits.next().value ?? 0));
        const test = createTest([false, false, false], slow);
        const { fakes, hearing, abort } = test;
        if (!opensLate) await settle();
        let [spoken, failing] = [0, 0];
        for (const now of script) {
          if (now === 'speak') hearing.push(packet(++spoken % 200));
          else if (now === 'wait') await turns(3);
          else if (now === 'fail' && failing < 2) {
            await turns(9);
            fakes[failing]!.fail();
            failing += 1;
          } else if (now === 'abort' && spoken > 5) {
            abort.abort();
          }
        }
        hearing.finalize();
        for (let round = 0; round < 20; round++) await settle();
        const said = Array.from({ length: spoken }, (_, index) => [
          ...HEAD,
          String((index + 1) % 200),
        ]).flat();
        for (const [index, { log }] of fakes.entries()) {
          const heard = log.filter((entry) => !Number.isNaN(+entry));
          expect(heard).toEqual(said.slice(0, heard.length));
          const isLast = index === fakes.findLastIndex((fake) => fake.log.length > 0);
          if (!isLast || abort.signal.aborted) continue;
          expect(heard).toHaveLength(said.length);
          expect(log.at(-1)).toBe('finalize');
        }
        fakes[failing]!.final('');
        await test.done.catch(() => {});
        expect(slow.open).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a recogniser that takes Opus', () => {
  it.each([
    ['open for opus', 'packet 75 5 7', packet(7)],
    ['open', '7', Int16Array.of(7)],
  ] as const)('is opened for what is spoken in: %s', async (opened, heard, audio) => {
    const { fakes, hearing, opus } = createTest([true]);
    await settle();
    expect(fakes[0]!.log).toEqual([]);
    hearing.push(audio);
    await settle();
    hearing.finalize();
    expect(fakes[0]!.log).toEqual([opened, heard, 'finalize']);
    expect(opus.opened).toBe(0);
  });

  it('is opened at the end if nothing was said', async () => {
    const { fakes, hearing } = createTest([true]);
    await settle();
    hearing.finalize();
    await settle();
    expect(fakes[0]!.log).toEqual(['open', 'finalize']);
  });

  it('is not opened any more once the utterance is taken back', async () => {
    const { fakes, abort, clock, done } = createTest([true]);
    await settle();
    abort.abort();
    await done;
    expect(fakes[0]!.log).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['to one that decodes', [true, false], ['open', ...HEAD, '1', ...HEAD, '2', 'finalize']],
    [
      'from one that decodes',
      [false, true],
      ['open for opus', 'packet 75 5 1', 'packet 75 5 2', 'finalize'],
    ],
  ])('hands over what was said %s', async (_, takers, log) => {
    const { fakes, hearing, opus } = createTest(takers);
    await settle();
    hearing.push(packet(1));
    await settle();
    fakes[0]!.fail();
    hearing.push(packet(2));
    hearing.finalize();
    await settle();
    expect(fakes[1]!.log).toEqual(log);
    expect(opus.open).toBe(takers[1] === true ? 0 : 1);
  });
});

describe('what was said in Opus', () => {
  it('takes no more memory than forty kilobytes for ten seconds', () => {
    const maxBlocks = 40_000 / (BLOCK_SAMPLES * 2);
    const memory = new ReplayBuffer(1_000_000, new SampleBlocks(maxBlocks));
    const replay = new OpusReplay(memory);
    // 100 ms at 24 kbit/s.
    const said = Array.from({ length: 100 }, (_, at) => packet(...Array(298).fill(at % 200)));
    for (const audio of said) replay.add(audio);
    expect(memory.isWhole).toBe(true);
    expect([...replay.pieces()]).toEqual(said);
    expect(replay.keptMs).toBe(10_000);
    expect(replay.end(250)).toEqual(said.slice(-2));
  });

  it('comes back packet by packet, whatever their sizes, as far as it was kept', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 1_900 });
    fc.assert(
      fc.property(fc.array(bytes), fc.integer({ min: 1, max: 9 }), (packets, blocks) => {
        const memory = new ReplayBuffer(1_000_000, new SampleBlocks(blocks));
        const replay = new OpusReplay(memory);
        for (const bytesOfPacket of packets) {
          const audio = { packet: Uint8Array.of(72, ...bytesOfPacket), durationMs: 20 };
          replay.add(audio);
        }
        const kept = [...replay.pieces()].map(({ packet: [, ...rest] }) => rest);
        expect(kept).toEqual(packets.slice(0, kept.length).map((one) => [...one]));
        expect(kept.length === packets.length).toBe(memory.isWhole);
        expect(replay.keptMs).toBe(kept.length * 20);
      }),
    );
  });

  it('is kept as it was sent, and its end is decoded when it is asked for', async () => {
    const { hearing } = createTest([false]);
    await settle();
    for (let at = 1; at <= 3; at++) hearing.push(packet(at));
    hearing.push({ packet: new Uint8Array(), durationMs: 0 });
    expect(hearing.audio).toEqual([packet(1), packet(2), packet(3)]);
    expect(await hearing.audioEnd(200)).toEqual(Int16Array.of(75, 5, 2, 75, 5, 3));
    hearing[Symbol.dispose]();
    expect(hearing.audio).toEqual([]);
    expect(hearing.audioEnd(200)).toBeUndefined();
  });

  it('passes over PCM16, which comes by mistake', async () => {
    const { fakes, hearing } = createTest([false]);
    await settle();
    hearing.push(packet(1));
    hearing.push(Int16Array.of(9));
    await settle();
    expect(fakes[0]!.log).toEqual(['open', ...HEAD, '1']);
    expect(hearing.durationMs).toBe(100);
  });
});

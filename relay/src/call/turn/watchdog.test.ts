import { describe, expect, it } from 'vitest';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { words } from '../../../test/support/scripted-generator.ts';
import { finalWords } from '../../../test/support/scripted-transcriber.ts';
import { TestConversation, type Script } from '../../../test/support/test-conversation.ts';
import { within } from '../../base/lib/error-boundary.ts';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import type { Transcription, TranscriptionOptions } from '../stages/transcriber/transcriber.ts';
import { apologyFor } from './replying/apologies.ts';
import { Watchdog } from './watchdog.ts';

/** Stage deadlines that never come. */
const deadlines = { transcriberMs: 1e9, generatorMs: 1e9, synthesizerMs: 1e9 };

function setUp(onGiveUp: (stage: string) => void = () => {}) {
  const clock = new FakeClock();
  const watchdog = new Watchdog({ clock });
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString('utf8')) as Record<string, unknown>);
      done();
    },
  });
  const logger = pino({ level: 'debug', base: null }, sink);
  const watch = watchdog.watch({
    logger,
    ids: { itemId: 'item_1' },
    stage: () => 'generator',
    giveUp: onGiveUp,
  });
  const atLevel = (level: number) => lines.filter((line) => line['level'] === level);
  return { clock, watch, atLevel };
}

it('fails the session of a turn that cannot be given up, and looks at the others', async () => {
  const clock = new FakeClock();
  const watchdog = new Watchdog({ clock });
  const failed: unknown[] = [];
  const given: string[] = [];
  const watch = (name: string, giveUp: () => void) =>
    watchdog.watch({ logger: silentLogger, ids: { name }, stage: () => 'generator', giveUp });
  const bug = new Error('deliberate');
  within({ failed: (error) => failed.push(error) }, () => {
    watch('throwing', () => {
      throw bug;
    });
  });
  watch('other', () => given.push('other'));
  await clock.advance(130_000);
  expect(failed).toEqual([bug]);
  expect(given).toEqual(['other']);
});

describe('a turn', () => {
  it('shows a heartbeat every ten seconds, and keeps no timer once it is over', async () => {
    const { clock, watch, atLevel } = setUp();
    await clock.advance(50_000);
    expect(atLevel(20)).toHaveLength(5);
    watch.end();
    expect(clock.pendingTimers).toBe(0);
  });

  it('without progress is warned of once, with its ids and its trace, and then given up', async () => {
    const stages: string[] = [];
    const { clock, watch, atLevel } = setUp((stage) => stages.push(stage));
    watch.progress('transcriber');
    await clock.advance(5_000);
    watch.progress('generator');
    await clock.advance(64_000);
    expect(atLevel(40)).toEqual([]);
    await clock.advance(51_000);
    expect(atLevel(40)).toMatchObject([
      {
        itemId: 'item_1',
        stage: 'generator',
        idleMs: 65_000,
        trace: { transcriber: { count: 1 }, generator: { firstMs: 5_000, lastMs: 5_000 } },
      },
    ]);
    expect(stages).toEqual([]);
    await clock.advance(10_000);
    expect(stages).toEqual(['generator']);
    // The replacement has as long again.
    await clock.advance(120_000);
    expect(stages).toHaveLength(1);
    await clock.advance(10_000);
    expect(stages).toHaveLength(2);
    expect(atLevel(50)[0]).toMatchObject({ itemId: 'item_1', idleMs: 125_000 });
  });

  it('that goes on, however slowly, is left alone', async () => {
    const stages: string[] = [];
    const { clock, watch, atLevel } = setUp((stage) => stages.push(stage));
    for (let step = 0; step < 20; step++) {
      await clock.advance(55_000);
      watch.progress('generator');
    }
    expect([...stages, ...atLevel(40)]).toEqual([]);
  });
});

describe('in a conversation whose stages have no deadline', () => {
  const hang = { onFinal: () => ['hang' as const], ignoresAbort: true };

  it('an utterance that hangs is recognised by the next candidate, from its own audio', async () => {
    const heard: Int16Array[][] = [];
    const open = async ({ signal }: TranscriptionOptions): Promise<Transcription> => {
      const pieces: Int16Array[] = [];
      const isFirst = heard.push(pieces) === 1;
      const finalized = Promise.withResolvers<void>();
      return {
        push: (samples) => pieces.push(samples.slice()),
        finalize: () => finalized.resolve(),
        events: (async function* () {
          await finalized.promise;
          if (isFirst) await new Promise(() => {});
          if (!signal.aborted)
            yield { type: 'transcript-final' as const, text: 'hello', unrecognised: false };
        })(),
      };
    };
    const test = new TestConversation({
      deadlines,
      transcriber: { open },
      otherTranscribers: [{ name: 'second-transcriber', open }],
    });
    test.say();
    await test.clock.advance(150_000);
    expect(test.reply).toBe('You said hello.');
    expect(heard).toHaveLength(2);
    expect(heard[1]).toEqual(heard[0]);
    expect(test.clock.pendingTimers).toBe(0);
  });

  it('an utterance that hangs is recognised by the same one again if there is no other', async () => {
    const heard: Int16Array[] = [];
    const test = new TestConversation({
      deadlines,
      transcriber: {
        ignoresAbort: true,
        onFinal: (audio) => (heard.push(audio) === 1 ? ['hang'] : [finalWords('hello')]),
      },
    });
    test.say();
    await test.clock.advance(119_000);
    expect(heard).toHaveLength(1);
    await test.clock.advance(15_000);
    expect(test.reply).toBe('You said hello.');
    expect(heard).toHaveLength(2);
    expect(heard[1]).toEqual(heard[0]);
    await test.clock.advance(300_000);
    expect(test.outcomes).toEqual(['completed']);
    expect(test.clock.pendingTimers).toBe(0);
  });

  it.each<[string, Script, string]>([
    ['an utterance', { transcriber: hang }, apologyFor('transcriber_timeout')],
    [
      'a generator',
      { generator: { reply: () => ['hang'], ignoresAbort: true } },
      apologyFor('generator_timeout'),
    ],
    [
      'a generator midway',
      { generator: { reply: () => [words('Well. '), 'hang'], ignoresAbort: true } },
      `Well. ${apologyFor('generator_timeout')}`,
    ],
    [
      'a synthesizer',
      {
        generator: { reply: () => [words('Here it is.')] },
        synthesizer: { speak: () => ['hang'], ignoresAbort: true },
      },
      'Here it is.',
    ],
  ])('%s that hangs for good ends in words', async (_, script, said) => {
    const test = new TestConversation({
      transcriber: { onFinal: () => [finalWords('hello')] },
      ...script,
      deadlines,
    });
    test.say();
    await test.clock.advance(110_000);
    expect(test.outcomes).toEqual([]);
    await test.clock.advance(200_000);
    const [filler] = test.reply.match(/^(One|Just|Give me a?) ?a? ?moment\. /) ?? [''];
    expect(test.reply.slice(filler.length)).toBe(said);
    expect(test.outcomes).toHaveLength(1);
    expect(test.conversation.isBusy).toBe(false);
    expect(test.clock.pendingTimers).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import { words } from '../../../../test/support/scripted-generator.ts';
import { ScriptedLadder } from '../../../../test/support/scripted-ladder.ts';
import { ScriptedSynthesizer } from '../../../../test/support/scripted-synthesizer.ts';
import { TestConversation } from '../../../../test/support/test-conversation.ts';
import { FakeClock, settle } from '../../../base/lib/clock.fake.ts';
import type { SpeechEvent } from '../../stages/synthesizer/synthesizer.ts';

const shown = (test: TestConversation) =>
  test.ofType('response.output_audio_transcript.delta').flatMap(({ delta }) => delta.trim() || []);

describe('a voice that is lost', () => {
  it('before the reply leaves the words, at once and without a failure', async () => {
    const ladder = new ScriptedLadder();
    ladder.move('synthesizer', 'browser');
    const test = new TestConversation({ ladder, synthesizer: { speak: () => ['hang'] } });
    test.type('Hello');
    await settle();
    expect(test.ofType('response.created')).toMatchObject([{ audio: { sample_rate: 16_000 } }]);
    const [delta] = test.ofType('response.output_audio_transcript.delta');
    expect(delta).toMatchObject({ delta: 'You said Hello.', audio_start_ms: null });
    expect(test.outcomes).toEqual(['completed']);
  });

  it('for good does not silence words that are in stock', async () => {
    const ladder = new ScriptedLadder();
    ladder.move('synthesizer', 'none');
    const test = new TestConversation({ ladder });
    test.type('Hello');
    await test.clock.advance(5_000);
    expect(test.voice.filter(({ last }) => !last)).toEqual([]);
    test.conversation.reminders.add({ label: 'tea', text: 'Tea is ready.', delayMs: 10 });
    await test.clock.advance(5_000);
    expect(test.voice.filter(({ last }) => !last)).not.toEqual([]);
  });

  /** What goes on after the scripted voice; a browser is asked for nothing here. */
  const followedBy = (name: string) => {
    const next = new ScriptedSynthesizer({ clock: new FakeClock(), clauseMs: () => 1_000 });
    return name === 'none' ? [] : [Object.assign(next, { name })];
  };
  /** The first clause breaks off after some of its voice. */
  const breaking = (ms: number) => ({
    speak: () => [
      { give: { type: 'clause-begun' as const, clause: 0 } },
      {
        give: { type: 'speech-audio' as const, clause: 0, samples: new Int16Array(ms * 16) },
      },
      { fail: new ParleyError('synthesizer_failed') },
    ],
  });

  it.each([
    ['browser', 'completed'],
    ['none', 'synthesizer_failed'],
  ])(
    'at the end of a clause leaves the rest to be read or spoken by the page: %s',
    async (to, outcome) => {
      const test = new TestConversation({
        generator: { reply: () => [words('One is here. Two is here.')] },
        synthesizer: breaking(800),
        otherSynthesizers: followedBy(to),
      });
      test.type('Hello');
      await test.clock.advance(5_000);
      expect(shown(test)).toEqual(['One is here.', 'Two is here.']);
      expect(test.outcomes).toEqual([outcome]);
    },
  );

  it.each([
    ['browser', ['one two three four.', 'three four.', 'five six.']],
    ['none', ['one two three four.', 'five six.']],
  ])('in the middle of a clause leaves the rest of it too: %s', async (to, captions) => {
    const test = new TestConversation({
      generator: { reply: () => [words('one two three four. five six.')] },
      synthesizer: breaking(500),
      otherSynthesizers: followedBy(to),
    });
    test.type('Count');
    await test.clock.advance(5_000);
    expect(shown(test)).toEqual(captions);
    const unspoken = test
      .ofType('response.output_audio_transcript.delta')
      .filter(({ audio_start_ms, delta }) => audio_start_ms === null && delta !== '');
    expect(unspoken.map(({ delta }) => delta.trim())).toEqual(captions.slice(1));
    const places = unspoken.map(({ clause, from_character }) => [clause, from_character]);
    expect(places).toEqual(
      to === 'browser'
        ? [
            [0, 8],
            [1, undefined],
          ]
        : [[1, undefined]],
    );
    test.type('Go on');
    await settle();
    expect(test.generator.requests.at(-1)?.history[1]?.text).toBe('one two three four. five six.');
  });

  it.each(['none', 'browser'])(
    'in a clause leaves each clause heard once, before %s',
    async (to) => {
      const test = new TestConversation({
        generator: { reply: () => [words('one two three four. five six.')] },
        synthesizer: breaking(500),
        otherSynthesizers: followedBy(to),
      });
      test.type('Count');
      await test.clock.advance(15_000);
      const heard = test.ofCall('clause-heard').map(({ clause, speech }) => [clause, speech.text]);
      expect(heard).toEqual([
        [0, 'one two three four.'],
        [1, 'five six.'],
      ]);
    },
  );

  it('because it gives no sound at all leaves the words', async () => {
    const test = new TestConversation({
      generator: { reply: () => [words('one two three four. five six.')] },
    });
    test.synthesizeWith(async function* (clauses): AsyncGenerator<SpeechEvent> {
      let clause = 0;
      for await (const _ of clauses) {
        yield { type: 'clause-begun', clause };
        yield { type: 'clause-done', clause: clause++ };
      }
    });
    test.type('Count');
    await test.clock.advance(15_000);
    expect(shown(test).join(' ')).toBe('one two three four. five six.');
    const deltas = test.ofType('response.output_audio_transcript.delta');
    expect(deltas.every(({ audio_start_ms: startMs }) => startMs === null)).toBe(true);
  });

  it('to an interruption has its verdict before the turn has ended', async () => {
    const sentence = 'One sentence of some length.';
    const test = new TestConversation({
      generator: { reply: () => [words(`${sentence} ${sentence} ${sentence}`)] },
      synthesizer: { clauseMs: () => 5_000 },
    });
    test.type('Hello');
    await test.clock.advance(300);
    test.conversation.cancelReply(undefined);
    await settle();
    const types = test.callEvents.map(({ type }) => type);
    expect(types.filter((type) => type === 'provider-attempted')).toHaveLength(2);
    expect(types.lastIndexOf('provider-attempted')).toBeLessThan(types.indexOf('turn-ended'));
  });

  it('in the middle of a clause goes on in another voice, each word shown once', async () => {
    const test = new TestConversation({
      generator: { reply: () => [words('one two three four. five six.')] },
      synthesizer: breaking(500),
      otherSynthesizers: followedBy('b'),
    });
    test.type('Count');
    await test.clock.advance(10_000);
    expect(test.reply).toBe('one two three four. five six.');
    const id = test.ofType('response.created')[0]!.response_id;
    const heardAt = async (ms: number) => {
      test.conversation.truncateReply(id, ms);
      test.type('Go on');
      await settle();
      return test.generator.requests.at(-1)?.history[1]?.text;
    };
    expect(await heardAt(1_500)).toBe('one two three four.');
    expect(await heardAt(1_000)).toBe('one two three');
    expect(await heardAt(500)).toBe('one two');
  });
});

it('has its whole deadline from when it gets the text, however late that comes', async () => {
  const test = new TestConversation({
    generator: { reply: () => [words('One is here. '), { waitMs: 14_000 }, words('Two.')] },
  });
  test.synthesizeWith(async function* (clauses): AsyncGenerator<SpeechEvent> {
    let clause = 0;
    for await (const text of clauses) {
      if (text === 'Two.') await new Promise<void>((done) => void test.clock.after(14_000, done));
      yield { type: 'clause-begun', clause };
      yield { type: 'speech-audio', clause, samples: new Int16Array(1_600) };
      yield { type: 'clause-done', clause: clause++ };
    }
  });
  test.type('Hello');
  await test.clock.advance(40_000);
  expect(test.outcomes).toEqual(['completed']);
});

it('makes heard words exact where the voice times them', async () => {
  const test = new TestConversation({
    generator: { reply: () => [words('well, yes indeed.')] },
  });
  const timed = (text: string, startMs: number, endMs: number) => ({ text, startMs, endMs });
  test.synthesizeWith(async function* (clauses): AsyncGenerator<SpeechEvent> {
    for await (const _ of clauses) {
      const clause = 0;
      yield { type: 'clause-begun', clause };
      yield { type: 'words-timed', clause, words: [timed('well', 0, 800), timed('yes', 800, 900)] };
      yield { type: 'speech-audio', clause, samples: new Int16Array(16_000) };
      yield { type: 'words-timed', clause, words: [timed('indeed', 900, 1_000)] };
      yield { type: 'clause-done', clause };
    }
  });
  test.type('Is it?');
  await test.clock.advance(5_000);
  const id = test.ofType('response.created')[0]!.response_id;
  for (const [ms, heard] of [
    [799, undefined],
    [850, 'well,'],
    [950, 'well, yes'],
    [1_000, 'well, yes indeed.'],
  ] as const) {
    test.conversation.truncateReply(id, ms);
    test.conversation.respond();
    await settle();
    const said = test.generator.requests.at(-1)!.history.find(({ role }) => role === 'assistant');
    expect(said?.text).toBe(heard);
  }
});

import { describe, expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import { words } from '../../../test/support/scripted-generator.ts';
import { ScriptedLadder } from '../../../test/support/scripted-ladder.ts';
import { TestConversation } from '../../../test/support/test-conversation.ts';
import { settle } from '../../lib/fake-clock.ts';
import type { SpeechEvent } from '../../stages/synthesizer.ts';

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

  it.each([
    ['browser', 'completed'],
    ['none', 'synthesizer_failed'],
  ])('midway leaves the rest to be read or spoken by the page: %s', async (to, outcome) => {
    const test = new TestConversation({
      generator: { reply: () => [words('One is here. Two is here.')] },
    });
    test.synthesizeWith(async function* (clauses, { onFailover }): AsyncGenerator<SpeechEvent> {
      const first = await clauses[Symbol.asyncIterator]().next();
      yield { type: 'clause-started', text: String(first.value) };
      yield { type: 'speech-audio', samples: new Int16Array(1_600) };
      const change = { stage: 'synthesizer', from: 'scripted-synthesizer', to } as const;
      onFailover?.({ ...change, reason: 'synthesizer_failed' });
      throw new ParleyError('synthesizer_failed');
    });
    test.type('Hello');
    await test.clock.advance(5_000);
    expect(shown(test)).toEqual(['One is here.', 'Two is here.']);
    expect(test.outcomes).toEqual([outcome]);
  });

  it.each([
    ['browser', ['one two three four.', 'three four.', 'five six.']],
    ['none', ['one two three four.', 'five six.']],
  ])('in the middle of a clause leaves the rest of it too: %s', async (to, captions) => {
    const test = new TestConversation({
      generator: { reply: () => [words('one two three four. five six.')] },
    });
    test.synthesizeWith(async function* (clauses, { onFailover }): AsyncGenerator<SpeechEvent> {
      const first = await clauses[Symbol.asyncIterator]().next();
      yield { type: 'clause-started', text: String(first.value) };
      yield { type: 'speech-audio', samples: new Int16Array(16_000) };
      const change = { stage: 'synthesizer', from: 'scripted-synthesizer', to } as const;
      onFailover?.({ ...change, reason: 'synthesizer_failed' });
      yield { type: 'clause-started', text: 'three four.' };
      throw new ParleyError('synthesizer_failed');
    });
    test.type('Count');
    await test.clock.advance(5_000);
    expect(shown(test)).toEqual(captions);
    const unspoken = test
      .ofType('response.output_audio_transcript.delta')
      .filter(({ audio_start_ms, delta }) => audio_start_ms === null && delta !== '');
    expect(unspoken.map(({ delta }) => delta.trim())).toEqual(captions.slice(1));
    test.type('Go on');
    await settle();
    expect(test.generator.requests.at(-1)?.history[1]?.text).toBe('one two three four. five six.');
  });

  it('in the middle of a clause goes on in another voice, each word shown once', async () => {
    const test = new TestConversation({
      generator: { reply: () => [words('one two three four. five six.')] },
    });
    test.synthesizeWith(async function* (clauses): AsyncGenerator<SpeechEvent> {
      const second = { type: 'speech-audio' as const, samples: new Int16Array(16_000) };
      let isFirst = true;
      for await (const text of clauses) {
        yield { type: 'clause-started', text };
        yield second;
        // Another provider takes over after "two".
        if (isFirst) yield { type: 'clause-started', text: 'three four.' };
        if (isFirst) yield second;
        isFirst = false;
      }
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
    expect(await heardAt(2_000)).toBe('one two three four.');
    expect(await heardAt(1_500)).toBe('one two three');
    expect(await heardAt(1_000)).toBe('one two');
  });
});

it('has its whole deadline from when it gets the text, however late that comes', async () => {
  const test = new TestConversation({
    generator: { reply: () => [words('One is here. '), { waitMs: 14_000 }, words('Two.')] },
  });
  test.synthesizeWith(async function* (clauses): AsyncGenerator<SpeechEvent> {
    for await (const text of clauses) {
      if (text === 'Two.') await new Promise<void>((done) => void test.clock.after(14_000, done));
      yield { type: 'clause-started', text };
      yield { type: 'speech-audio', samples: new Int16Array(1_600) };
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
    for await (const text of clauses) {
      yield { type: 'clause-started', text };
      yield { type: 'words-timed', words: [timed('well', 0, 800), timed('yes', 800, 900)] };
      yield { type: 'speech-audio', samples: new Int16Array(16_000) };
      yield { type: 'words-timed', words: [timed('indeed', 900, 1_000)] };
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

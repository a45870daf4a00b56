import { describe, expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import { words } from '../../../test/support/scripted-generator.ts';
import { ScriptedLadder } from '../../../test/support/scripted-ladder.ts';
import { finalWords } from '../../../test/support/scripted-transcriber.ts';
import { TestConversation } from '../../../test/support/test-conversation.ts';
import { apologyFor, EARLIER_I_SAID } from './replying/apologies.ts';
import { FILLER_SENTENCES } from './replying/fill.ts';
import { FIXED_CLAUSES } from './replying/phrases.ts';
import { settle } from '../../base/lib/clock.fake.ts';

const broken = new Error('socket hang up');
const lookUp = { give: { type: 'tool-called' as const, name: 'weather' } };
const slow = [{ waitMs: 5_000 }, words('It is noon.')];

/** The deltas of the latest reply, without their leading spaces. */
function deltas(test: TestConversation): string[] {
  const id = test.ofType('response.created').at(-1)?.response_id;
  return test
    .ofType('response.output_audio_transcript.delta')
    .filter(({ response_id, delta }) => response_id === id && delta !== '')
    .map(({ delta }) => delta.trim());
}

describe('a slow answer', () => {
  it('is bridged by one short sentence, which is no part of the answer', async () => {
    const test = new TestConversation({ generator: { reply: () => slow } });
    test.type('What time is it?');
    await test.clock.advance(3_999);
    expect(test.voice).toEqual([]);
    await test.clock.advance(1);
    expect(FILLER_SENTENCES).toContain(deltas(test)[0]);
    expect(test.voice.length).toBeGreaterThan(0);
    await test.clock.advance(30_000);
    expect(deltas(test)).toEqual([deltas(test)[0], 'It is noon.']);
    expect(test.outcomes).toEqual(['completed']);
    expect(test.ofType('response.done')[0]?.timeline).toMatchObject({
      llm_first_token: 5_000,
      first_clause: 5_000,
    });
    test.type('And now?');
    await settle();
    expect(test.generator.requests.at(-1)?.history.map(({ text }) => text)).toEqual([
      'What time is it?',
      'It is noon.',
      'And now?',
    ]);
  });

  it('that looks something up says so at once, and only that', async () => {
    const test = new TestConversation({
      generator: { reply: () => [lookUp, { waitMs: 20_000 }, lookUp, words('It rains.')] },
    });
    test.type('What is the weather?');
    await test.clock.advance(30_000);
    expect(deltas(test)).toHaveLength(2);
    expect(deltas(test)[0]).toMatch(/^Let me/);
    expect(deltas(test)[1]).toBe('It rains.');
  });

  it.each([
    ['that comes in time', { generator: { reply: () => [{ waitMs: 3_900 }, words('Yes.')] } }],
    ['in writing', { isSpoken: false, generator: { reply: () => slow } }],
  ])('%s is not bridged', async (_, script) => {
    const test = new TestConversation(script);
    test.type('Hello');
    await test.clock.advance(20_000);
    expect(deltas(test)).toHaveLength(1);
    expect(test.clock.pendingTimers).toBe(0);
  });

  it('keeps no timer once it is interrupted', async () => {
    const test = new TestConversation({ generator: { reply: () => ['hang'] } });
    test.type('Hello');
    await test.clock.advance(4_500);
    test.conversation.cancelReply(undefined);
    await settle();
    expect(test.clock.pendingTimers).toBe(0);
    const id = test.ofType('response.created')[0]!.response_id;
    test.conversation.truncateReply(id, 60_000);
    test.type('Hello?');
    await settle();
    expect(test.generator.requests.at(-1)?.history.map(({ text }) => text)).toEqual([
      'Hello',
      'Hello?',
    ]);
  });
});

describe('an answer from memory', () => {
  const policy = { allowCachedAnswers: true };
  const failing = { fail: new ParleyError('generator_failed') };
  const once = (first: readonly (ReturnType<typeof words> | typeof lookUp)[]) => {
    let isFirst = true;
    return {
      reply: () => {
        const steps = isFirst ? first : [failing];
        isFirst = false;
        return steps;
      },
    };
  };

  it('is given, and named as one, where the same question fails within ten minutes', async () => {
    const test = new TestConversation({ policy, generator: once([words('Paris it is.')]) });
    test.type('What is the capital of France?');
    await test.clock.advance(590_000);
    test.type('what is the capital  of France');
    await test.clock.advance(5_000);
    expect(test.reply).toBe(`${EARLIER_I_SAID} Paris it is.`);
    expect(test.outcomes).toEqual(['completed', 'completed']);
    // A repeated answer is not fresh: from its own time on it is too old.
    await test.clock.advance(20_000);
    test.type('What is the capital of France?');
    await test.clock.advance(5_000);
    expect(test.reply).toBe(apologyFor('generator_failed'));
  });

  it.each([
    ['to another question', policy, [words('Paris.')], 'What is the capital of Spain?'],
    ['to another sum', policy, [words('Eight.')], 'What is 5 - 3?', 'What is 5 + 3?'],
    ['to what may mean another thing now', policy, [words('Yes.')], 'Is it big?', 'Is it big?'],
    ['that was looked up', policy, [lookUp, words('Paris.')], 'What is the capital of France?'],
    ['unless it is allowed', {}, [words('Paris.')], 'What is the capital of France?'],
  ])(
    'is not given %s',
    async (_, allowed, answer, second, first = 'What is the capital of France?') => {
      const test = new TestConversation({ policy: allowed, generator: once(answer) });
      test.type(first);
      await test.clock.advance(10_000);
      test.type(second);
      await test.clock.advance(10_000);
      expect(test.reply).toBe(apologyFor('generator_failed'));
    },
  );
});

describe('an utterance that is lost', () => {
  it.each([
    ['second-transcriber', 'Please say that again.'],
    ['browser', 'Your browser will listen from now on; please say that again.'],
    ['none', 'I cannot hear for now. Please type to me.'],
  ])('says what comes now: %s', async (to, sentence) => {
    const ladder = new ScriptedLadder();
    const failing = () => Promise.reject(new ParleyError('transcriber_failed'));
    const test = new TestConversation({
      ladder,
      transcriber: {
        open: () => {
          ladder.move('transcriber', to);
          return failing();
        },
      },
      otherTranscribers: to === 'none' ? [] : [{ name: to, open: failing }],
    });
    test.say();
    await test.clock.advance(10_000);
    expect(test.reply).toContain(sentence);
    expect(test.ofCall('provider-failed-over')[0]).toMatchObject({ stage: 'transcriber', to });
    // Said once, and not again as a notice of its own.
    expect(test.ofType('response.created')).toHaveLength(1);
  });

  it('is not spoken of while the person speaks again, but after', async () => {
    const fail = { fail: new ParleyError('transcriber_failed') };
    let isFirst = true;
    const test = new TestConversation({
      transcriber: {
        onFinal: () => {
          const steps = isFirst ? [fail] : [finalWords('hello')];
          isFirst = false;
          return steps;
        },
      },
    });
    test.say();
    test.conversation.startUtterance({ number: 2, onsetMs: 0 });
    await test.clock.advance(5_000);
    expect(test.ofType('response.created')).toEqual([]);
    test.conversation.endUtterance('speech-stopped', {});
    await test.clock.advance(20_000);
    expect(test.ofType('response.created').map(({ trigger }) => trigger)).toEqual([
      'speech',
      'notice',
    ]);
    expect(test.reply).toBe(apologyFor('transcriber_failed'));
  });

  it('is handed over with its audio', async () => {
    const test = new TestConversation({ transcriber: { onFinal: () => [{ fail: broken }] } });
    test.say();
    await test.clock.advance(5_000);
    const lost = test.ofCall('utterance-failed');
    const provider = 'scripted-transcriber';
    expect(lost).toMatchObject([{ utterance: 1, code: 'transcriber_failed', provider }]);
    expect(lost[0]?.responseId).toBe(test.ofType('response.created')[0]?.response_id);
    expect(lost[0]?.audio()).toEqual([new Int16Array(1_600).fill(2)]);
  });
});

it('says that no answer can be found for now where no generator is left', async () => {
  const ladder = new ScriptedLadder();
  const fail = new ParleyError('generator_failed');
  const test = new TestConversation({ ladder, generator: { reply: () => [{ fail }] } });
  test.type('Hello');
  await test.clock.advance(10_000);
  expect(test.reply).toBe(apologyFor('generator_failed'));
  ladder.move('generator', 'none');
  test.type('Hello');
  await test.clock.advance(10_000);
  expect(test.reply).toBe(apologyFor('generator_failed', 'none'));
  expect(test.reply).toContain('in a minute');
});

describe('while nothing here can hear', () => {
  it.each(['browser', 'none'])('(%s) says so once, and typed words work as ever', async (to) => {
    const ladder = new ScriptedLadder();
    ladder.move('transcriber', to);
    const test = new TestConversation({ ladder });
    test.say();
    test.say();
    await test.clock.advance(10_000);
    expect(test.ofType('response.created')).toMatchObject([{ trigger: 'notice' }]);
    expect(test.reply).toContain('Please type to me.');
    expect(test.ofType('conversation.item.input_audio_transcription.failed')).toMatchObject([
      { utterance: 1 },
      { utterance: 2 },
    ]);
    expect(test.transcriber.openStreams).toBe(0);
    test.type('Hello');
    await test.clock.advance(10_000);
    expect(test.reply).toBe('You said Hello.');

    ladder.move('transcriber', 'scripted-transcriber');
    test.say();
    await test.clock.advance(10_000);
    expect(test.reply).toContain('1600 samples');
    ladder.move('transcriber', to);
    test.say();
    await test.clock.advance(10_000);
    expect(test.ofType('response.created').map(({ trigger }) => trigger)).toEqual([
      'notice',
      'text',
      'speech',
      'notice',
    ]);
  });

  it('tells a person who is silent, and is silent once the call is over', async () => {
    const ladder = new ScriptedLadder();
    const [test, over] = [new TestConversation({ ladder }), new TestConversation({ ladder })];
    void over.conversation.dispose();
    ladder.move('transcriber', 'none');
    for (const { conversation } of [test, over]) conversation.recognitionLost();
    await test.clock.advance(10_000);
    expect(test.reply).toBe('I cannot hear for now. Please type to me.');
    expect(over.events).toEqual([]);
  });
});

describe('an answer that has', () => {
  it('not a word is put into words', async () => {
    const test = new TestConversation({ generator: { reply: () => [words(' ')] } });
    test.type('Hello');
    await test.clock.advance(10_000);
    expect(test.reply.trim()).toBe(apologyFor('generator_failed'));
    expect(test.outcomes).toEqual(['generator_failed']);
  });

  it('no end is followed by an apology in clauses of its own, which may be in stock', async () => {
    const reply = () => [words('Well, it'), { fail: broken }];
    const test = new TestConversation({ generator: { reply } });
    test.type('Hello');
    await test.clock.advance(10_000);
    const [begun, ...apology] = deltas(test);
    expect(begun).toBe('Well, it');
    for (const clause of apology) expect(FIXED_CLAUSES).toContain(clause);
    expect(apology.join(' ')).toBe(apologyFor('generator_failed'));
  });
});

it('says which stages served, and does not take its own words for an answer', async () => {
  const test = new TestConversation({ transcriber: { onFinal: () => [finalWords('hello')] } });
  test.say();
  await test.clock.advance(5_000);
  expect(test.ofCall('utterance-final')).toMatchObject([{ provider: 'scripted-transcriber' }]);
  const scripted = { generator: 'scripted-generator', synthesizer: 'scripted-synthesizer' };
  expect(test.ofCall('reply-done')[0]?.providers).toEqual(scripted);
  test.conversation.reminders.add({ label: 'tea', text: 'Tea is ready.', delayMs: 10 });
  await test.clock.advance(5_000);
  expect(test.ofCall('reply-done')[1]?.providers).toEqual({ synthesizer: scripted.synthesizer });
});

it('knows all that it may say in words of its own, clause by clause', () => {
  expect(FIXED_CLAUSES).toContain('One moment.');
  expect(FIXED_CLAUSES).toContain('Please say that again.');
  for (const clause of FIXED_CLAUSES) expect(clause).not.toContain('!');
});

import { describe, expect, it } from 'vitest';
import { finalWords } from '../../../../test/support/scripted-transcriber.ts';
import { TestConversation } from '../../../../test/support/test-conversation.ts';
import { createEmbeddedAssistant } from '../../../providers/embedded/assistant.ts';
import { settle } from '../../../base/lib/clock.fake.ts';

const VOICE_AFTER_MS = 400;
/** Ten seconds: more than is sent ahead. */
const VOICE_SAMPLES = 160_000;

/**
 * A conversation with the embedded assistant, whose voice begins late.
 *
 * @param heard - what is recognised of an utterance
 */
function conversing(heard: string, voiceSamples = VOICE_SAMPLES): TestConversation {
  const test = new TestConversation({
    transcriber: { onFinal: () => [finalWords(heard)] },
    synthesizer: {
      speak: (_, clause) => [
        { waitMs: VOICE_AFTER_MS },
        { give: { type: 'clause-begun', clause } },
        { give: { type: 'speech-audio', clause, samples: new Int16Array(voiceSamples) } },
        { give: { type: 'clause-done', clause } },
      ],
    },
  });
  const assistant = createEmbeddedAssistant();
  test.generator.generate = (request) => assistant.generate(request);
  return test;
}

const timersOf = (test: TestConversation) =>
  test.conversation.reminders.list().map(({ label }) => label);

async function interrupt(test: TestConversation, isTakenBack: boolean): Promise<void> {
  await settle();
  test.conversation.startUtterance({ number: 1, onsetMs: 0 });
  test.conversation.pushAudio(new Int16Array(1_600));
  if (isTakenBack) test.conversation.discardUtterance();
  else test.conversation.endUtterance('speech-stopped', {});
  await test.clock.advance(20_000);
}

describe('an answer that is interrupted before anything of it was heard', () => {
  it.each([
    ['is taken back', true],
    ['has no words', false],
  ])('sets one timer if what interrupted it %s', async (_, isTakenBack) => {
    const test = conversing('');
    test.type('set a timer for ten minutes');
    await settle();
    expect(timersOf(test)).toHaveLength(1);
    await interrupt(test, isTakenBack);
    expect(test.outcomes).toEqual(['cancelled', 'completed']);
    expect(test.reply).toMatch(/is set/);
    expect(timersOf(test)).toHaveLength(1);
  });

  it('cancels a timer once', async () => {
    const test = conversing('');
    test.type('set a timer for ten minutes');
    await test.clock.advance(20_000);
    test.type('cancel the timer');
    await interrupt(test, true);
    expect(test.reply).toMatch(/is cancelled/);
    expect(timersOf(test)).toEqual([]);
  });

  it('is given together with the answer to the words that interrupted it', async () => {
    const test = conversing('set a timer for five minutes');
    test.type('set a timer for ten minutes');
    await interrupt(test, false);
    expect(test.reply).toMatch(/10 minutes.*5 minutes/);
    expect(timersOf(test)).toEqual(['five minute', 'ten minute']);
  });

  it('has its recognition counted once', async () => {
    const test = conversing('set a timer for ten minutes');
    test.say();
    await interrupt(test, true);
    expect(test.outcomes).toEqual(['cancelled', 'completed']);
    expect(test.ofType('response.done').map(({ usage }) => usage.asr_seconds)).toEqual([0.1, 0]);
  });

  it('is not given again if the person wanted no more of it', async () => {
    const test = conversing('what timers are running');
    test.type('set a timer for ten minutes');
    await settle();
    expect(test.conversation.cancelReply(undefined)).toBe(true);
    await interrupt(test, false);
    expect(test.reply).not.toMatch(/is set/);
    expect(timersOf(test)).toHaveLength(1);
  });
});

describe('an answer that was sent, but not played when it was interrupted,', () => {
  const sent = async (heard: string, voiceSamples: number) => {
    const test = conversing(heard, voiceSamples);
    test.type('set a timer for ten minutes');
    await test.clock.advance(VOICE_AFTER_MS + 1);
    return test;
  };
  const truncate = (test: TestConversation) => {
    const { response_id: id } = test.ofType('response.created')[0]!;
    expect(test.conversation.truncateReply(id, 0)).toBe(true);
  };

  it.each([
    ['in part', VOICE_SAMPLES],
    ['as a whole', 16_000],
  ])('%s, is given again', async (_, voiceSamples) => {
    const test = await sent('', voiceSamples);
    test.conversation.startUtterance({ number: 1, onsetMs: 0 });
    truncate(test);
    await interrupt(test, true);
    expect(test.ofType('response.created')).toHaveLength(2);
    expect(test.reply).toMatch(/is set/);
    expect(timersOf(test)).toHaveLength(1);
  });

  it('is not given again if the person wanted no more of it', async () => {
    const test = await sent('', 16_000);
    truncate(test);
    test.conversation.cancelReply(undefined);
    await interrupt(test, true);
    expect(test.ofType('response.created')).toHaveLength(1);
    expect(timersOf(test)).toEqual([]);
  });
});

it('an answer of which something was heard stands', async () => {
  const test = conversing('what timers are running');
  test.type('set a timer for ten minutes');
  await test.clock.advance(VOICE_AFTER_MS + 1);
  await interrupt(test, false);
  expect(test.outcomes[0]).toBe('cancelled');
  expect(test.reply).toMatch(/^10 minutes left/);
  expect(timersOf(test)).toHaveLength(1);
});

it('tells the page of the next timer, and what could be said next if the answer was whole', async () => {
  const test = conversing('', 1_600);
  test.type('set a timer for ten minutes');
  await test.clock.advance(5_000);
  expect(test.ofType('timer.updated')).toMatchObject([{ due_ms: 600_000 }]);
  expect(test.ofType('response.done')).toMatchObject([{ suggestions: ['Add one minute'] }]);
  test.type('tell me a joke');
  await settle();
  test.type('cancel the timer');
  await test.clock.advance(5_000);
  expect(test.ofType('timer.updated').at(-1)).toMatchObject({ due_ms: null });
  expect(test.ofType('response.done')[1]).toMatchObject({ status: 'cancelled' });
  expect(test.ofType('response.done')[1]).not.toHaveProperty('suggestions');
});

import { describe, expect, it } from 'vitest';
import { ERRORS, ParleyError } from '@parley/shared';
import { words } from '../../../test/support/scripted-generator.ts';
import { finalWords } from '../../../test/support/scripted-transcriber.ts';
import { TestConversation } from '../../../test/support/test-conversation.ts';
import { settle } from '../../base/lib/clock.fake.ts';
import { apologyFor } from './replying/apologies.ts';

/** Ten seconds of voice a clause. */
const longWinded = { clauseMs: () => 10_000 };

describe('barge-in', () => {
  it('stops the voice within the tick, and nothing of it comes after', async () => {
    const test = new TestConversation({ synthesizer: longWinded });
    test.type('Tell me a story');
    await test.clock.advance(2_000);
    expect(test.voice.length).toBeGreaterThan(10);

    test.conversation.startUtterance({ number: 1, onsetMs: 0 });
    const sent = test.voice.length;
    expect(test.dropped).toEqual([1]);
    await settle();
    expect(test.outcomes).toEqual(['cancelled']);
    await test.clock.advance(20_000);
    expect(test.voice.length).toBe(sent);
    expect(test.types).not.toContain('response.output_audio.done');
  });

  it('does not wait for providers that never look at their signal', async () => {
    const test = new TestConversation({
      generator: { ignoresAbort: true, reply: () => [words('One moment. '), 'hang'] },
      synthesizer: { ignoresAbort: true, speak: () => ['hang'] },
    });
    test.type('Hello');
    await test.clock.advance(100);
    test.conversation.cancelReply(undefined);
    await settle();
    expect(test.outcomes).toEqual(['cancelled']);
    // The work left running ends at its deadline, unheard.
    await test.clock.advance(200_000);
    expect(test.outcomes).toEqual(['cancelled']);
    expect(test.clock.pendingTimers).toBe(0);
  });

  it('by typing interrupts too, and the next voice is sent ahead in full at once', async () => {
    const test = new TestConversation({ synthesizer: longWinded });
    test.type('Tell me a story');
    await test.clock.advance(1_000);
    test.type('Another one');
    await settle();
    const second = test.voice.filter(({ item }) => item === 2);
    expect(second[0]?.atMs).toBe(1_000);
    const aheadMs = second.reduce((sum, { samples }) => sum + samples.length / 16, 0);
    expect(aheadMs).toBeGreaterThanOrEqual(3_000);
    expect(test.outcomes).toEqual(['cancelled']);
  });
});

describe('the history', () => {
  const heard = (test: TestConversation) =>
    test.generator.requests.at(-1)!.history.map(({ role, text }) => `${role}: ${text}`);

  it('holds what was really heard of an interrupted reply', async () => {
    const test = new TestConversation({
      generator: { reply: () => [words('one two three four five six seven eight nine ten.')] },
      synthesizer: longWinded,
    });
    test.type('Count');
    // Ten words in ten seconds; three seconds more than was heard have been sent by then.
    await test.clock.advance(4_500);
    test.conversation.cancelReply(undefined);
    const [created] = test.ofType('response.created');
    expect(test.conversation.truncateReply(created!.response_id, 4_500)).toBe(true);
    test.type('Go on');
    await settle();
    expect(heard(test)).toEqual(['user: Count', 'assistant: one two three four', 'user: Go on']);
  });

  it('leaves out a reply of which nothing was heard', async () => {
    const test = new TestConversation({
      generator: { reply: () => [words('Some words.')] },
      synthesizer: { speak: (_, clause) => [{ give: { type: 'clause-begun', clause } }, 'hang'] },
    });
    test.type('Hello');
    await settle();
    test.conversation.cancelReply(undefined);
    const [created] = test.ofType('response.created');
    test.conversation.truncateReply(created!.response_id, 0);
    test.type('Hello?');
    await settle();
    expect(heard(test)).toEqual(['user: Hello', 'user: Hello?']);
  });

  it('cannot be corrected for an unknown reply', () => {
    expect(new TestConversation().conversation.truncateReply('resp_x', 1)).toBe(false);
  });

  it('is corrected for the last eight replies only', async () => {
    const test = new TestConversation({ isSpoken: false });
    for (let turn = 0; turn < 9; turn++) {
      test.type('Hello');
      await settle();
    }
    const ids = test.ofType('response.created').map(({ response_id }) => response_id);
    expect(ids.map((id) => test.conversation.truncateReply(id, 0))).toEqual([
      false,
      ...Array.from({ length: 8 }, () => true),
    ]);
  });
});

describe('an utterance', () => {
  it.each(['', '...', '♪', '[BLANK_AUDIO]'])('without words (%j) is not answered', async (text) => {
    const test = new TestConversation({ transcriber: { onFinal: () => [finalWords(text)] } });
    test.say();
    await settle();
    const [completed] = test.ofType('conversation.item.input_audio_transcription.completed');
    expect(completed).not.toHaveProperty('unrecognised');
    expect(test.types).toEqual(['conversation.item.input_audio_transcription.completed']);
    expect(test.generator.requests).toEqual([]);
    expect(test.conversation.isBusy).toBe(false);
  });

  it('that could not be placed is answered all the same', async () => {
    const test = new TestConversation({ transcriber: { onFinal: () => [finalWords('', true)] } });
    test.say();
    await settle();
    expect(test.generator.requests[0]?.history).toEqual([
      { role: 'user', text: '', unrecognised: true },
    ]);
    expect(test.ofType('conversation.item.input_audio_transcription.completed')).toMatchObject([
      { transcript: '', unrecognised: true },
    ]);
  });

  it.each(['transcriber_failed', 'capacity_exhausted'] as const)(
    'that is lost is told in words: %s',
    async (code) => {
      const fail = new ParleyError(code);
      const test = new TestConversation({ transcriber: { onFinal: () => [{ fail }] } });
      test.say();
      await test.clock.advance(5_000);
      expect(test.events[0]).toMatchObject({
        type: 'conversation.item.input_audio_transcription.failed',
        utterance: 1,
        error: { code, message: ERRORS[code].message, retryable: true },
      });
      expect(test.reply).toBe(apologyFor(code));
      expect(test.voice.length).toBeGreaterThan(1);
      expect(test.generator.requests).toEqual([]);
    },
  );

  it('that is taken back leaves no trace', async () => {
    const test = new TestConversation();
    test.conversation.startUtterance({ number: 1, onsetMs: 0 });
    test.conversation.discardUtterance();
    await settle();
    expect(test.events).toEqual([]);
    expect(test.transcriber.openStreams).toBe(0);
  });

  it('is answered after all where what followed it was nothing', async () => {
    const finals = [finalWords('what time is it'), finalWords('')];
    const test = new TestConversation({ transcriber: { onFinal: () => [finals.shift()!] } });
    test.say();
    // A cough, before the words are even there.
    test.say();
    await settle();
    expect(test.ofType('response.created')).toMatchObject([{ utterance: 1, trigger: 'speech' }]);
    expect(test.reply).toBe('You said what time is it.');
  });

  it('is answered after all where what followed it was taken back', async () => {
    const test = new TestConversation({ transcriber: { onFinal: () => [finalWords('hello')] } });
    test.say();
    test.conversation.startUtterance({ number: 9, onsetMs: 0 });
    await settle();
    expect(test.types).toEqual(['conversation.item.input_audio_transcription.completed']);
    test.conversation.discardUtterance();
    await settle();
    expect(test.reply).toBe('You said hello.');
  });

  it('is answered after all where a cough interrupted the answer before a word of it', async () => {
    const finals = [finalWords('what time is it'), finalWords('')];
    const replies = [['hang' as const], [words('It is noon.')]];
    const test = new TestConversation({
      transcriber: { onFinal: () => [finals.shift()!] },
      generator: { reply: () => replies.shift()! },
    });
    test.say();
    await settle();
    test.say();
    await test.clock.advance(1_000);
    expect(test.reply).toBe('It is noon.');
    expect(test.outcomes).toEqual(['cancelled', 'completed']);
  });

  it('is not answered again where the answer was stopped on purpose, or begun', async () => {
    const finals = [finalWords('hello'), finalWords(''), finalWords('hello'), finalWords('')];
    const test = new TestConversation({
      transcriber: { onFinal: () => [finals.shift()!] },
      generator: { reply: ({ history }) => (history.length === 1 ? ['hang'] : [words('Hi.')]) },
      synthesizer: longWinded,
    });
    test.say();
    await settle();
    test.conversation.cancelReply(undefined);
    test.say();
    await settle();
    expect(test.outcomes).toEqual(['cancelled']);
    test.say();
    await settle();
    test.say();
    await test.clock.advance(1_000);
    expect(test.outcomes).toEqual(['cancelled', 'cancelled']);
  });

  it('and the one that continues it are answered together', async () => {
    const finals = [finalWords('what time is it'), finalWords('in Berlin')];
    const test = new TestConversation({ transcriber: { onFinal: () => [finals.shift()!] } });
    test.say();
    test.say();
    await test.clock.advance(10_000);
    expect(test.generator.requests.at(-1)?.history.map(({ text }) => text)).toEqual([
      'what time is it',
      'in Berlin',
    ]);
    expect(test.outcomes.filter((outcome) => outcome === 'completed')).toHaveLength(1);
  });
});

describe('what is said unasked', () => {
  const ring = { label: 'tea', text: 'Your tea is ready.', delayMs: 1_000 };

  it('comes when it is due', async () => {
    const test = new TestConversation();
    test.conversation.reminders.add(ring);
    expect(test.conversation.isBusy).toBe(true);
    await test.clock.advance(1_000);
    expect(test.ofType('response.created')).toMatchObject([{ trigger: 'timer' }]);
    expect(test.reply).toBe('Your tea is ready.');
  });

  it('waits until the reply is over', async () => {
    const test = new TestConversation({ synthesizer: { clauseMs: () => 6_000 } });
    test.type('Tell me a story');
    test.conversation.reminders.add(ring);
    await test.clock.advance(2_000);
    expect(test.ofType('response.created')).toHaveLength(1);
    await test.clock.advance(10_000);
    expect(test.reply).toBe('Your tea is ready.');
    expect(test.outcomes).toEqual(['completed', 'completed']);
  });

  it('waits until the person has finished and been answered', async () => {
    const test = new TestConversation({ transcriber: { onFinal: () => [finalWords('hello')] } });
    test.conversation.reminders.add(ring);
    test.conversation.startUtterance({ number: 1, onsetMs: 0 });
    await test.clock.advance(5_000);
    expect(test.ofType('response.created')).toEqual([]);
    test.conversation.endUtterance('speech-stopped', {});
    await test.clock.advance(5_000);
    expect(test.ofType('response.created').map(({ trigger }) => trigger)).toEqual([
      'speech',
      'timer',
    ]);
  });

  it('never comes once the call is over', async () => {
    const test = new TestConversation();
    test.conversation.reminders.add(ring);
    void test.conversation.dispose();
    await test.clock.advance(10_000);
    expect(test.ofType('response.created')).toEqual([]);
    expect(test.clock.pendingTimers).toBe(0);
  });
});

it('releases everything when the call ends in the middle of all of it', async () => {
  const test = new TestConversation({ synthesizer: longWinded });
  test.conversation.startUtterance({ number: 1, onsetMs: 0 });
  test.type('Tell me a story');
  await test.clock.advance(1_000);
  void test.conversation.dispose();
  await settle();
  expect(test.clock.pendingTimers).toBe(0);
  expect(test.transcriber.openStreams).toBe(0);
});

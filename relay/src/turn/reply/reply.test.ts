import { describe, expect, it } from 'vitest';
import { ERRORS, ParleyError } from '@parley/shared';
import { joined } from '../../../test/support/scripted-transcriber.ts';
import { words } from '../../../test/support/scripted-generator.ts';
import { counting } from '../../../test/support/scripted-synthesizer.ts';
import { DEADLINES, TestConversation } from '../../../test/support/test-conversation.ts';
import type { SpeechEvent } from '../../stages/synthesizer.ts';
import { apologyFor } from './apologies.ts';
import { MAX_REPLY_CHARACTERS } from './spoken.ts';

const begun = (clause: number) => ({ give: { type: 'clause-begun' as const, clause } });
const silence = (clause: number, length: number) => ({
  give: { type: 'speech-audio' as const, clause, samples: new Int16Array(length) },
});
const broken = new Error('socket hang up at vendor:443');

describe('a reply', () => {
  it('sends its words before the voice that speaks them, three seconds ahead at most', async () => {
    const test = new TestConversation({ synthesizer: { clauseMs: () => 10_000 } });
    test.type('Hello');
    await test.clock.advance(30_000);
    let sentMs = 0;
    for (const { atMs, samples } of test.voice.filter(({ last }) => !last)) {
      expect(samples.length).toBeLessThanOrEqual(3_200);
      expect(sentMs).toBeLessThanOrEqual(atMs + 3_000);
      sentMs += samples.length / 16;
    }
    expect(joined(test.voice.map(({ samples }) => samples))).toEqual(counting(0, 160_000));
    expect(test.voice.map(({ last }) => last).indexOf(true)).toBe(test.voice.length - 1);
    expect(test.ofType('response.output_audio.done')).toMatchObject([{ audio_ms: 10_000 }]);
    expect(test.outcomes).toEqual(['completed']);
    expect(test.clock.pendingTimers).toBe(0);
  });

  it('marks its stages on the session clock', async () => {
    const test = new TestConversation({
      generator: {
        reply: () => [{ waitMs: 300 }, words('It is'), { waitMs: 50 }, words(' noon.')],
      },
      synthesizer: { speak: (_, clause) => [{ waitMs: 120 }, begun(clause), silence(clause, 160)] },
    });
    test.type('Hello');
    await test.clock.advance(1_000);
    expect(test.ofType('response.done')[0]?.timeline).toEqual({
      end_received: 0,
      llm_first_token: 300,
      first_clause: 350,
      tts_first_audio: 470,
    });
  });

  it('that would never end is ended', async () => {
    function* endless() {
      for (;;) yield words('And on it goes. ');
    }
    const test = new TestConversation({ isSpoken: false, generator: { reply: endless } });
    test.type('Tell me everything');
    await test.clock.advance(1_000);
    expect(test.outcomes).toEqual(['completed']);
    expect(test.reply.length).toBeLessThanOrEqual(MAX_REPLY_CHARACTERS);
  });
});

describe('a generator that', () => {
  it('fails is apologised for aloud', async () => {
    const test = new TestConversation({ generator: { reply: () => [{ fail: broken }] } });
    test.type('Hello');
    await test.clock.advance(10_000);
    expect(test.reply).toBe(apologyFor('generator_failed'));
    expect(test.voice.length).toBeGreaterThan(1);
    expect(test.outcomes).toEqual(['generator_failed']);
    expect(test.ofType('response.done')).toMatchObject([
      { status: 'failed', error: { message: ERRORS.generator_failed.message, retryable: true } },
    ]);
    expect(JSON.stringify(test.events)).not.toContain('vendor');
  });

  it('fails midway keeps what it said, and apologises for the rest', async () => {
    const test = new TestConversation({
      generator: { reply: () => [words('The answer is'), { fail: broken }] },
    });
    test.type('Hello');
    await test.clock.advance(10_000);
    expect(test.reply).toBe(`The answer is ${apologyFor('generator_failed')}`);
  });

  it.each([
    ['says nothing', []],
    ['stalls midway', [words('Well, that is a question. ')]],
  ])('%s for a minute is given up with an apology', async (_, before) => {
    const test = new TestConversation({ generator: { reply: () => [...before, 'hang'] } });
    test.type('Hello');
    await test.clock.advance(DEADLINES.generatorMs - 1);
    expect(test.outcomes).toEqual([]);
    await test.clock.advance(DEADLINES.synthesizerMs);
    expect(test.reply).toContain(apologyFor('generator_timeout'));
    expect(test.outcomes).toEqual(['generator_timeout']);
    expect(test.clock.pendingTimers).toBe(0);
  });

  it('says nothing at all is answered for', async () => {
    const test = new TestConversation({ generator: { reply: () => [] } });
    test.type('Hello');
    await test.clock.advance(100);
    expect(test.outcomes).toEqual(['generator_failed']);
    expect(test.reply).not.toBe('');
  });

  it('has an error of its own is believed', async () => {
    const fail = new ParleyError('capacity_exhausted');
    const test = new TestConversation({ generator: { reply: () => [{ fail }] } });
    test.type('Hello');
    await test.clock.advance(20_000);
    expect(test.reply).toBe(apologyFor('capacity_exhausted'));
    expect(test.outcomes).toEqual(['capacity_exhausted']);
  });
});

describe('a synthesizer that', () => {
  const three = { reply: () => [words('One is here. Two is here. Three is here.')] };

  it('fails midway leaves the rest to be read', async () => {
    const test = new TestConversation({
      generator: three,
      synthesizer: {
        speak: (_, clause) =>
          clause === 0 ? [begun(clause), silence(clause, 1_600)] : [{ fail: broken }],
      },
    });
    test.type('Hello');
    await test.clock.advance(1_000);
    expect(test.reply).toBe('One is here. Two is here. Three is here.');
    const spoken = test.ofType('response.output_audio_transcript.delta');
    expect(spoken.map(({ audio_start_ms }) => audio_start_ms)).toEqual([0, null, null, null]);
    expect(test.outcomes).toEqual(['synthesizer_failed']);
    expect(test.ofType('response.output_audio.done')).toMatchObject([{ audio_ms: 100 }]);
  });

  it('had asked for more before it failed loses none of it', async () => {
    const test = new TestConversation({ generator: { reply: slowly } });
    function* slowly() {
      yield words('One is here. ');
      yield { waitMs: 1_000 };
      yield words('Two is here. ');
      yield { waitMs: 1_000 };
      yield words('Three is here.');
    }
    const ahead = new TestConversation({ generator: { reply: slowly } });
    ahead.synthesizeWith(async function* (clauses): AsyncGenerator<SpeechEvent> {
      const iterator = clauses[Symbol.asyncIterator]();
      await iterator.next();
      // Asks for the next clause while it speaks this one, and fails before that comes.
      void iterator.next();
      yield { type: 'clause-begun', clause: 0 };
      throw broken;
    });
    for (const run of [test, ahead]) run.type('Hello');
    await test.clock.advance(5_000);
    await ahead.clock.advance(5_000);
    expect(ahead.reply).toBe(test.reply);
    expect(ahead.outcomes).toEqual(['synthesizer_failed']);
  });

  it('stalls is given up after fifteen seconds, and the words are there to read', async () => {
    const test = new TestConversation({ generator: three, synthesizer: { speak: () => ['hang'] } });
    test.type('Hello');
    await test.clock.advance(DEADLINES.synthesizerMs - 1);
    expect(test.reply).toBe('');
    await test.clock.advance(2);
    expect(test.reply).toBe('One is here. Two is here. Three is here.');
    expect(test.outcomes).toEqual(['synthesizer_timeout']);
    expect(test.clock.pendingTimers).toBe(0);
  });

  it('waits for a slow generator is not blamed for it', async () => {
    const test = new TestConversation({
      generator: { reply: () => [words('One moment. '), { waitMs: 50_000 }, words('Here it is.')] },
    });
    test.type('Hello');
    await test.clock.advance(60_000);
    expect(test.reply).toBe('One moment. Here it is.');
    expect(test.outcomes).toEqual(['completed']);
  });

  it('is busy is told in words', async () => {
    const fail = new ParleyError('capacity_exhausted');
    const test = new TestConversation({ synthesizer: { speak: () => [{ fail }] } });
    test.type('Hello');
    await test.clock.advance(100);
    expect(test.reply).toBe('You said Hello.');
    expect(test.ofType('response.done')).toMatchObject([
      { error: { code: 'capacity_exhausted', message: ERRORS.capacity_exhausted.message } },
    ]);
  });
});

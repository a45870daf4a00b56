import { describe, expect, it } from 'vitest';
import { words } from '../../../../test/support/scripted-generator.ts';
import type { Step } from '../../../../test/support/script.ts';
import { finalWords } from '../../../../test/support/scripted-transcriber.ts';
import { TestConversation, type Script } from '../../../../test/support/test-conversation.ts';
import { settle } from '../../../base/lib/clock.fake.ts';
import type { TranscriptEvent } from '../../stages/transcriber/transcriber.ts';
import { GOODBYE_SENTENCE } from '../replying/phrases.ts';
import { NO_BUDGET } from '../turn-budget.ts';

const CHUNK = new Int16Array(1_600);
const FINAL_AFTER_MS = 100;
const QUESTION = 'How tall is the Eiffel Tower?';
const partial = (text: string): Step<TranscriptEvent> => ({
  give: { type: 'transcript-partial', text },
});

/** A person asks; these words are known in the pause, and others at the end. */
async function asked(inPause: string, final = inPause, script: Script = {}) {
  const test = new TestConversation({
    transcriber: {
      whileSpeaking: [partial(inPause)],
      onFinal: () => [{ waitMs: FINAL_AFTER_MS }, finalWords(final)],
    },
    generator: { reply: () => [{ waitMs: 150 }, words('It is three hundred metres tall.')] },
    ...script,
  });
  const { conversation, clock } = test;
  conversation.startUtterance({ number: 1, onsetMs: 0 });
  for (let chunk = 0; chunk < 10; chunk++) {
    conversation.pushAudio(CHUNK);
    await clock.advance(100);
  }
  conversation.pauseUtterance(800);
  await settle();
  return test;
}

const doubtIn = (final: Step<TranscriptEvent>): NonNullable<Script['transcriber']> => ({
  whileSpeaking: [partial(QUESTION)],
  onFinal: () => [{ waitMs: FINAL_AFTER_MS }, final],
});

/** From the true end of speech to the first sound of the answer. */
const answeredAfterMs = (test: TestConversation) => test.voice[0]!.atMs - 800;

describe('an answer that is begun in the pause', () => {
  it('is there as soon as the turn is over, and was asked for once', async () => {
    const test = await asked(QUESTION);
    await test.clock.advance(5_000);
    expect(test.generator.requests).toHaveLength(1);
    expect(test.outcomes).toEqual(['completed']);
    expect(test.reply).toContain('three hundred metres');
    const alone = await asked(QUESTION, QUESTION, { policy: { allowSpeculation: false } });
    await alone.clock.advance(5_000);
    expect(answeredAfterMs(alone) - answeredAfterMs(test)).toBeGreaterThanOrEqual(100);
    const used = test.ofCall('provider-used').map(({ purpose }) => purpose);
    expect(used).not.toContain('speculation');
  });

  it('lets nothing out before the turn is over', async () => {
    const test = await asked(QUESTION);
    await test.clock.advance(60);
    expect(test.generator.requests).toHaveLength(1);
    expect(test.types).not.toContain('response.created');
    expect(test.ofCall('reply-started')).toEqual([]);
  });

  it('has the whole timeline, in the order of a turn', async () => {
    const test = await asked(QUESTION);
    await test.clock.advance(5_000);
    const [done] = test.ofType('response.done');
    const { timeline } = done!;
    expect(timeline.speech_end).toBe(800);
    expect(timeline.asr_final! - timeline.end_received!).toBe(FINAL_AFTER_MS);
    expect(done!.usage.asr_seconds).toBe(1);
  });

  it('is given up if the final words are others', async () => {
    const test = await asked('How tall is the Eiffel Tower?', 'How tall was the Eiffel Tower?');
    await test.clock.advance(5_000);
    const questions = test.generator.requests.map(({ history }) => history.at(-1)?.text);
    expect(questions).toEqual(['How tall is the Eiffel Tower?', 'How tall was the Eiffel Tower?']);
    expect(test.outcomes).toEqual(['completed']);
    expect(test.ofType('response.created')).toHaveLength(1);
    expect(test.clock.pendingTimers).toBe(0);
  });

  it('is given up if the recogniser is not sure of the words', async () => {
    const doubtful = {
      give: { type: 'transcript-final', text: QUESTION, unrecognised: false, isDoubtful: true },
    } as const;
    const test = await asked(QUESTION, QUESTION, { transcriber: doubtIn(doubtful) });
    await test.clock.advance(5_000);
    const questions = test.generator.requests.map(({ history }) => history.at(-1));
    expect(questions).toMatchObject([{ text: QUESTION }, { text: QUESTION, isDoubtful: true }]);
    expect(test.outcomes).toEqual(['completed']);
    const [completed] = test.ofType('conversation.item.input_audio_transcription.completed');
    expect(completed).toMatchObject({ transcript: QUESTION });
    expect(completed).not.toHaveProperty('isDoubtful');
  });

  it('is given up if the person goes on, and is begun twice a turn at most', async () => {
    const test = await asked(QUESTION);
    const { conversation, clock } = test;
    for (let pause = 0; pause < 4; pause++) {
      conversation.resumeUtterance();
      conversation.pushAudio(CHUNK);
      await clock.advance(100);
      conversation.pauseUtterance(clock.now());
      await settle();
    }
    expect(test.generator.requests).toHaveLength(2);
    expect(test.generator.requests[0]!.signal.aborted).toBe(true);
    conversation.discardUtterance();
    await clock.advance(5_000);
    expect(test.types).not.toContain('response.created');
    expect(clock.pendingTimers).toBe(0);
  });

  it('is not begun on words that may go on', async () => {
    const test = await asked('How tall is the');
    await test.clock.advance(300);
    expect(test.generator.requests).toHaveLength(0);
  });

  it('is told as speculation if nothing more can be paid when the turn is over', async () => {
    let isSpent = false;
    const budget = {
      ...NO_BUDGET,
      isExhausted: () => isSpent,
    };
    // Which says what it used.
    const generator = { model: 'one' };
    const test = await asked(QUESTION, QUESTION, { budget, generator });
    isSpent = true;
    await test.clock.advance(30_000);
    expect(test.generator.requests[0]!.signal.aborted).toBe(true);
    expect(test.reply).toBe(GOODBYE_SENTENCE);
    const used = test.ofCall('provider-used').filter(({ stage }) => stage === 'generator');
    expect(used.map(({ purpose }) => purpose)).toEqual(['speculation']);
    expect(test.clock.pendingTimers).toBe(0);
  });

  it('lets no tool begin to work before the turn is over', async () => {
    const timer = startTimer();
    const test = await asked(QUESTION, QUESTION, { generator: timer });
    await test.clock.advance(60);
    expect(test.generator.requests).toHaveLength(1);
    expect(timer.uses).toBe(0);
    await test.clock.advance(5_000);
    expect(timer.uses).toBe(1);
    expect(test.reply).toContain('The timer is set.');
  });

  it('that a tool would have given is never given if the person goes on', async () => {
    const timer = startTimer();
    const test = await asked(QUESTION, QUESTION, { generator: timer });
    test.conversation.resumeUtterance();
    test.conversation.discardUtterance();
    await test.clock.advance(5_000);
    expect(timer.uses).toBe(0);
    expect(test.clock.pendingTimers).toBe(0);
  });
});

/** A generator that uses a tool and counts how often the tool has worked. */
function startTimer() {
  const timer = {
    uses: 0,
    *reply() {
      yield { give: { type: 'tool-called', name: 'start_timer' } } as const;
      // A tool works when the next event is asked for.
      timer.uses += 1;
      yield words('The timer is set.');
    },
  };
  return timer;
}

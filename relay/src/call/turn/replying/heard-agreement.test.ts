import fc from 'fast-check';
import { expect, it } from 'vitest';
import { heardWords, firstWords, type ClauseTiming } from '@parley/shared/heard-words';
import { words as said } from '../../../../test/support/scripted-generator.ts';
import { TestConversation } from '../../../../test/support/test-conversation.ts';
import { settle } from '../../../base/lib/clock.fake.ts';
import {
  FakeSpeaker,
  MS_PER_CHARACTER,
  type SpeakerPlan,
} from '../../stages/synthesizer/speaker.fake.ts';

/** The reply as a client knows it: from what was sent, by nothing but the numbers of clauses. */
function captionsOf(test: TestConversation): readonly ClauseTiming[] {
  const clauses: ClauseTiming[] = [];
  for (const event of test.events) {
    if (event.type === 'response.output_audio_transcript.delta') {
      const { clause, from_character: from, delta, audio_start_ms: startMs } = event;
      if (clause === undefined || from !== undefined) continue;
      if (clause !== clauses.length) throw new Error(`Clause ${clause} is shown out of turn.`);
      const unspoken = { text: delta.trim(), audioMs: 0, wordEndsMs: [] };
      clauses.push({ ...unspoken, startMs: startMs ?? sentMs(test) });
    } else if (event.type === 'response.output_audio_transcript.timed') {
      const { clause, audio_start_ms: startMs, audio_ms: audioMs, word_ends_ms: ends } = event;
      const { text } = clauses[clause]!;
      clauses[clause] = { text, startMs, audioMs, wordEndsMs: ends };
    }
  }
  return clauses;
}

function sentMs(test: TestConversation): number {
  return test.voice.reduce((total, { samples }) => total + samples.length, 0) / 16;
}

/** What a client shows as heard. */
function heardIn(clauses: readonly ClauseTiming[], playedMs: number): string {
  const { clause, words } = heardWords(clauses, playedMs);
  return clauses
    .slice(0, clause + 1)
    .map(({ text }, index) => (index < clause ? text : firstWords(text, words)))
    .filter((text) => text !== '')
    .join(' ');
}

const word = fc.stringMatching(/^[a-z]{1,9}$/);
const sentence = fc.array(word, { minLength: 1, maxLength: 7 }).map((drawn) => drawn.join(' '));
const plan = fc
  .record({
    failAfter: fc.nat({ max: 6 }),
    timesWords: fc.boolean(),
    wordMs: fc.constantFrom(1, 40, 300),
    tellsEnds: fc.boolean(),
    hangs: fc.boolean(),
    breaksWord: fc.boolean(),
    msPerCharacter: fc.constantFrom(40, 60, 100),
  })
  .map((drawn): SpeakerPlan => drawn);

/** A word that broke off is said again from its start. */
function once(words: readonly string[]): readonly string[] {
  return words.filter((text, index) => text !== words[index - 1]);
}

/** A number in letters that no drawn word has: α, β, … κ, βα, … */
function inGreek(number: number): string {
  return String(number).replaceAll(/\d/g, (digit) => 'αβγδεζηθικ'[Number(digit)]!);
}

interface Drawn {
  readonly sentences: readonly string[];
  readonly plans: readonly SpeakerPlan[];
  /** What comes after the voices that may fail. */
  readonly last: 'works' | 'browser' | 'none';
}

const reply = fc.record<Drawn>({
  sentences: fc.array(sentence, { minLength: 1, maxLength: 5 }),
  plans: fc.array(plan, { minLength: 1, maxLength: 4 }),
  last: fc.constantFrom('works', 'browser', 'none'),
});

/** A conversation whose reply is spoken by voices that fail, and all its reports. */
function createTest({ sentences, plans, last }: Drawn) {
  // Every word is another one: a word that is missing or said twice shows. Not by a figure, which
  // takes longer to say than a letter, nor by a capital, which may be an abbreviation's.
  let count = 0;
  const clauses = sentences.map(
    (text) => `${text.replaceAll(/[a-z]+/g, (drawn) => drawn + inGreek(count++))}.`,
  );
  const vocabulary: string[] = [];
  const test = new TestConversation({
    generator: { reply: () => [said(clauses.join(' '))] },
    synthesizers: (clock) => {
      const speakers = plans.map(
        (drawn, index) => new FakeSpeaker(`${index}`, clock, vocabulary, drawn),
      );
      const next = last === 'none' ? [] : [new FakeSpeaker(last, clock, vocabulary)];
      return [...speakers, ...next] as [FakeSpeaker, ...FakeSpeaker[]];
    },
  });
  /** The words that were sent as voice; each comes in pieces of 200 ms. */
  const voiced = () =>
    once(
      test.voice.flatMap(({ samples }) =>
        samples.length === 0 ? [] : [vocabulary[samples[0]! - 1]!],
      ),
    );
  return { test, clauses, voiced };
}

it('a reply is said or shown once, word by word, whichever voices fail', async () => {
  await fc.assert(
    fc.asyncProperty(reply, async (drawn) => {
      const { test, clauses, voiced } = createTest({
        ...drawn,
        // How far a voice has come that times no words is known only as well as its pace.
        plans: drawn.plans.map((one) =>
          one.timesWords === true ? one : { ...one, msPerCharacter: MS_PER_CHARACTER },
        ),
      });
      test.type('Speak');
      await test.clock.advance(600_000);
      const words = clauses.join(' ').split(' ');
      const heard = voiced();
      expect(heard).toEqual(words.slice(0, heard.length));
      // The client speaks or shows the text that no voice said.
      const rest = test
        .ofType('response.output_audio_transcript.delta')
        .filter(({ audio_start_ms: startMs, delta }) => startMs === null && delta !== '')
        .flatMap(({ delta }) => delta.trim().split(' '));
      const toSpeak = { works: heard, browser: once([...heard, ...rest]), none: words };
      expect(toSpeak[drawn.last]).toEqual(words);
      expect(captionsOf(test).map(({ text }) => text)).toEqual(clauses);
      test.type('Go on');
      await settle();
      expect(test.generator.requests.at(-1)?.history[1]?.text).toBe(clauses.join(' '));
    }),
    { numRuns: 150 },
  );
});

it('history and captions hold the same words after an interruption', async () => {
  await fc.assert(
    fc.asyncProperty(
      reply,
      fc.nat({ max: 15_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (drawn, interruptedAtMs, share) => {
        const { test } = createTest(drawn);
        test.type('Speak');
        await test.clock.advance(interruptedAtMs);
        test.conversation.cancelReply(undefined);
        const playedMs = sentMs(test) * share;
        const [created] = test.ofType('response.created');
        test.conversation.truncateReply(created!.response_id, playedMs);
        const shown = heardIn(captionsOf(test), playedMs);
        const kept = test.callEvents.findLast(({ type }) => type === 'reply-interrupted');
        expect(kept).toMatchObject({ speech: { text: shown } });
        test.type('Go on');
        await settle();
        const replies = test.generator.requests
          .at(-1)!
          .history.filter(({ role }) => role === 'assistant');
        expect(replies.map(({ text }) => text)).toEqual(shown === '' ? [] : [shown]);
      },
    ),
    { numRuns: 300 },
  );
});

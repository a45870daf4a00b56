import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import { words } from '../../../test/support/scripted-generator.ts';
import { finalWords } from '../../../test/support/scripted-transcriber.ts';
import type { Step } from '../../../test/support/script.ts';
import { TestConversation } from '../../../test/support/test-conversation.ts';
import type { TranscriptEvent } from '../stages/transcriber/transcriber.ts';
import { settle } from '../../base/lib/clock.fake.ts';

type Heard = 'words' | 'nothing' | 'unplaced' | 'failure';

/** What a person and their recogniser do. */
type Act =
  | { readonly kind: 'say'; readonly heard: Heard; readonly recognitionMs: number }
  /** Begun, and ended by what comes next: another utterance, or `end`. */
  | { readonly kind: 'begin'; readonly heard: Heard; readonly recognitionMs: number }
  | { readonly kind: 'end' }
  | { readonly kind: 'take-back' }
  | { readonly kind: 'type' }
  | { readonly kind: 'wait'; readonly ms: number };

/** Longer than the deadline of the transcriber. */
const TOO_LONG_MS = 40_000;

/** Conversation, and what it should come to. */
class Person {
  readonly #outcomes: { readonly heard: Heard; readonly recognitionMs: number }[] = [];
  readonly test = new TestConversation({
    transcriber: { onFinal: (audio) => this.#recognise(audio[0]!) },
    synthesizer: { clauseMs: () => 1_500 },
  });
  /** In the order of speaking. */
  readonly places: string[] = [];
  #open: number | undefined;

  async do(act: Act): Promise<void> {
    const { conversation, clock } = this.test;
    switch (act.kind) {
      case 'say':
      case 'begin': {
        const number = this.#outcomes.push(act);
        conversation.startUtterance({ number: number, onsetMs: 0 });
        conversation.pushAudio(new Int16Array(1_600).fill(number));
        this.places.push(`${number}`);
        this.#open = number;
        if (act.kind === 'say') await this.do({ kind: 'end' });
        return;
      }
      case 'end':
        conversation.endUtterance('speech-stopped', {});
        this.#open = undefined;
        return;
      case 'take-back':
        conversation.discardUtterance();
        if (this.#open !== undefined) this.places.splice(this.places.indexOf(`${this.#open}`), 1);
        this.#open = undefined;
        return;
      case 'type': {
        const text = `typed ${this.places.length}`;
        const isOpen = conversation.openUtterance !== undefined;
        this.places.splice(this.places.length - (isOpen ? 1 : 0), 0, text);
        this.test.type(text);
        return;
      }
      case 'wait':
        await clock.advance(act.ms);
    }
  }

  /** What was said, as history should hold it. */
  get questions(): string[] {
    return this.places.flatMap((place) => {
      if (place.startsWith('typed')) return [place];
      const heard = this.heard(place);
      if (heard === 'words') return [`said ${place}`];
      return heard === 'unplaced' ? [''] : [];
    });
  }

  get lost(): string[] {
    return this.places.filter((place) => this.heard(place) === 'failure');
  }

  heard(place: string): Heard | undefined {
    const outcome = this.#outcomes[Number(place) - 1];
    return outcome?.recognitionMs === TOO_LONG_MS ? 'failure' : outcome?.heard;
  }

  #recognise(number: number): Step<TranscriptEvent>[] {
    const { heard, recognitionMs } = this.#outcomes[number - 1]!;
    const outcome: Record<Heard, Step<TranscriptEvent>> = {
      words: finalWords(`said ${number}`),
      nothing: finalWords(''),
      unplaced: finalWords('', true),
      failure: { fail: new ParleyError('transcriber_failed') },
    };
    return [{ waitMs: recognitionMs }, outcome[heard]];
  }
}

const recognition = {
  heard: fc.oneof(
    { weight: 4, arbitrary: fc.constant<Heard>('words') },
    fc.constantFrom<Heard>('nothing', 'unplaced', 'failure'),
  ),
  recognitionMs: fc.oneof(fc.nat(3_000), fc.nat(29_000), fc.constant(TOO_LONG_MS)),
};
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('say' as const), ...recognition }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('begin' as const), ...recognition }) },
  fc.record({ kind: fc.constant('end' as const) }),
  fc.record({ kind: fc.constant('take-back' as const) }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('type' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(3_000) }) },
);

describe('however fast recognisers are, and however the person goes on,', () => {
  it('outcomes, history and answers come in the order of speaking, and none is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 2, maxLength: 14 }), async (acts) => {
        const person = new Person();
        const { test, places, questions } = await played(person, acts);

        const settled = test.events.flatMap((event) =>
          event.type === 'conversation.item.input_audio_transcription.completed' ||
          event.type === 'conversation.item.input_audio_transcription.failed'
            ? [`${event.utterance}`]
            : [],
        );
        expect(settled).toEqual(places.filter((place) => !place.startsWith('typed')));
        expect(said(test)).toEqual(places);

        const asked = test.generator.requests.map(({ history }) =>
          history.flatMap(({ role, text }) => (role === 'user' ? [text] : [])),
        );
        let longest = 0;
        for (const texts of asked) {
          expect(texts).toEqual(questions.slice(0, texts.length));
          expect(texts.length).toBeGreaterThanOrEqual(longest);
          longest = texts.length;
        }
        expect(longest).toBe(questions.length);
        expectAnswered(test, questions.at(-1));
        expectApologised(test, person.lost);

        const turns = test.ofCall('turn-ended').map(({ turnId }) => turnId);
        expect(new Set(turns).size).toBe(turns.length);
        expect(test.conversation.isBusy).toBe(false);
        expect(test.clock.pendingTimers).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});

async function played(person: Person, acts: readonly Act[]) {
  for (const next of acts) {
    await person.do(next);
    await settle();
  }
  await person.do({ kind: 'end' });
  await person.test.clock.advance(200_000);
  const { test, places, questions } = person;
  return { test, places, questions };
}

/** All events that the observers got, by place. */
function said(test: TestConversation): string[] {
  return test.callEvents.flatMap((event) => {
    if (event.type === 'text-typed') return [event.speech.text];
    const isOutcome = event.type === 'utterance-final' || event.type === 'utterance-failed';
    return isOutcome ? [`${event.utterance}`] : [];
  });
}

/** The last question was answered to its end, or the answer was begun and then interrupted. */
function expectAnswered(test: TestConversation, question: string | undefined): void {
  if (question === undefined) return;
  const answers = test.ofType('response.created').filter(({ trigger }) => trigger !== 'notice');
  const answer = answers.findLast(({ response_id }) =>
    textOf(test, response_id).endsWith(`You said ${question}.`),
  );
  expect(test.voice.some(({ item }) => item === answer?.item)).toBe(true);
}

/** Each loss is followed by an apology. */
function expectApologised(test: TestConversation, lost: readonly string[]): void {
  if (lost.length === 0) return;
  const failed = test.events.findLastIndex(
    ({ type }) => type === 'conversation.item.input_audio_transcription.failed',
  );
  const after = test.events
    .slice(failed)
    .flatMap((event) =>
      event.type === 'response.output_audio_transcript.delta' ? [event.delta] : [],
    );
  expect(after.join('')).toMatch(/I'm sorry/);
}

function textOf(test: TestConversation, id: string): string {
  return test
    .ofType('response.output_audio_transcript.delta')
    .filter(({ response_id }) => response_id === id)
    .map(({ delta }) => delta)
    .join('');
}

it('what was put off while an answer was held is answered after it', async () => {
  const finals = ['And now?', ''];
  const test = new TestConversation({
    transcriber: { onFinal: () => [finalWords(finals.shift() ?? '')] },
    generator: { reply: () => [words('It is noon.')] },
  });
  const { conversation } = test;
  conversation.startUtterance({ number: 1, onsetMs: 0 });
  conversation.pushAudio(new Int16Array(1_600));
  test.type('What time is it?');
  const responseId = test.ofType('response.created')[0]!.response_id;
  conversation.startUtterance({ number: 2, onsetMs: 0, held: { responseId, playedMs: 0 } });
  await settle();
  conversation.endUtterance('speech-stopped', {});
  await test.clock.advance(20_000);
  expect(test.generator.requests.map(({ history }) => history.at(-1)!.text)).toEqual([
    'What time is it?',
    'And now?',
  ]);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import type { Step } from '../../../test/support/script.ts';
import { words } from '../../../test/support/scripted-generator.ts';
import { finalWords } from '../../../test/support/scripted-transcriber.ts';
import { TestConversation } from '../../../test/support/test-conversation.ts';
import type { GeneratorEvent } from '../stages/generator/generator.ts';
import type { TranscriptEvent } from '../stages/transcriber/transcriber.ts';

/** More of them: `NEVER_STUCK_RUNS=100000`, in about ten minutes. */
const RUNS = Number(process.env['NEVER_STUCK_RUNS'] ?? 400);
/** Longest that anything may take: the deadlines of all stages, one after the other. */
const LIMIT_MS = 200_000;
/** A reply of ten seconds, and of the silence that follows. */
const QUIET_MS = 60_000;

const HEARD = ['mhm', 'stop', 'What time is it?', 'I would like to', '', 'yes', 'Tell me more'];

type Act =
  | { readonly kind: 'begin'; readonly heard: number; readonly isHeld: boolean }
  | { readonly kind: 'audio'; readonly chunks: number }
  | { readonly kind: 'pause' | 'resume' | 'end' | 'clear' | 'type' | 'request' | 'cancel' }
  | { readonly kind: 'truncate'; readonly playedMs: number }
  | { readonly kind: 'wait'; readonly ms: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('begin' as const),
      heard: fc.nat(HEARD.length - 1),
      isHeld: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('audio' as const), chunks: fc.nat(12) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...(['pause', 'pause', 'resume', 'end', 'clear', 'type', 'request', 'cancel'] as const),
      ),
    }),
  },
  fc.record({ kind: fc.constant('truncate' as const), playedMs: fc.nat(12_000) }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.oneof(fc.nat(400), fc.nat(3_000), fc.nat(30_000)),
    }),
  },
);

/** What the providers do, a step for each time that one is asked. */
interface Luck {
  readonly recognition: readonly ('soon' | 'late' | 'hang' | 'fail' | 'end')[];
  readonly answers: readonly ('soon' | 'question' | 'late' | 'hang' | 'fail' | 'silent' | 'tool')[];
}
const luck: fc.Arbitrary<Luck> = fc.record({
  recognition: fc.array(fc.constantFrom('soon', 'soon', 'late', 'hang', 'fail', 'end'), {
    minLength: 1,
    maxLength: 6,
  }),
  answers: fc.array(
    fc.constantFrom('soon', 'soon', 'question', 'late', 'hang', 'fail', 'silent', 'tool'),
    { minLength: 1, maxLength: 6 },
  ),
});

class Call {
  readonly test: TestConversation;
  readonly #luck: Luck;
  /** The utterances that began while a reply was held. */
  readonly held: number[] = [];
  /** Those that the client took back. */
  readonly takenBack: (number | undefined)[] = [];
  #utterance = 0;
  #recognitions = 0;
  #answers = 0;
  #heard = '';

  constructor(providers: Luck) {
    this.#luck = providers;
    this.test = new TestConversation({
      transcriber: {
        whileSpeaking: { [Symbol.iterator]: () => this.#partials() },
        onFinal: () => this.#recognise(),
      },
      generator: { reply: () => this.#answer() },
      synthesizer: { clauseMs: () => 5_000 },
    });
  }

  async do(next: Act): Promise<void> {
    const { conversation, clock } = this.test;
    switch (next.kind) {
      case 'begin': {
        this.#heard = HEARD[next.heard]!;
        const reply = this.test.ofType('response.created').at(-1)?.response_id;
        const held =
          next.isHeld && reply !== undefined ? { responseId: reply, playedMs: 1_000 } : undefined;
        const number = ++this.#utterance;
        if (held !== undefined) this.held.push(number);
        conversation.startUtterance({ number, onsetMs: clock.now(), held });
        return;
      }
      case 'audio':
        for (let chunk = 0; chunk < next.chunks; chunk++) {
          conversation.pushAudio(new Int16Array(1_600));
          await clock.advance(100);
        }
        return;
      case 'pause':
        return conversation.pauseUtterance(clock.now() - 200);
      case 'resume':
        return conversation.resumeUtterance();
      case 'end':
        return conversation.endUtterance('speech-stopped', {});
      case 'clear':
        this.takenBack.push(conversation.openUtterance);
        return conversation.discardUtterance();
      case 'type':
        return this.test.type('Hello');
      case 'request':
        return void conversation.respond();
      case 'cancel':
        return void conversation.cancelReply(undefined);
      case 'truncate': {
        const reply = this.test.ofType('response.created').at(-1)?.response_id;
        if (reply !== undefined) conversation.truncateReply(reply, next.playedMs);
        return;
      }
      case 'wait':
        return clock.advance(next.ms);
    }
  }

  /** The utterances of which the client does not know whether an answer follows. */
  get unsettled(): number[] {
    const { events } = this.test;
    const isSettled = (utterance: number): boolean => {
      if (this.takenBack.includes(utterance)) return true;
      const at = events.findIndex((event) => {
        switch (event.type) {
          case 'conversation.item.input_audio_transcription.completed':
          case 'conversation.item.input_audio_transcription.failed':
            return event.utterance === utterance;
          case 'response.interruption_decided':
            return event.utterance === utterance && !event.interrupted;
          default:
            return false;
        }
      });
      const outcome = events[at];
      if (outcome?.type !== 'conversation.item.input_audio_transcription.completed')
        return outcome !== undefined;
      // Answered, or together with what came after it.
      const isAnswer = ({ type }: { readonly type: string }) => type === 'response.created';
      return outcome.answer_follows === false || events.slice(at).some(isAnswer);
    };
    const all = Array.from({ length: this.#utterance }, (_, index) => index + 1);
    return all.filter((utterance) => !isSettled(utterance));
  }

  *#partials(): Generator<Step<TranscriptEvent>> {
    // Read when the recogniser is opened, which is when its utterance begins.
    const text = this.#heard;
    if (text !== '') yield { give: { type: 'transcript-partial', text } };
  }

  *#recognise(): Generator<Step<TranscriptEvent>> {
    const text = this.#heard;
    switch (this.#luck.recognition[this.#recognitions++ % this.#luck.recognition.length]) {
      case 'hang':
        return yield 'hang';
      case 'fail':
        return yield { fail: new ParleyError('transcriber_failed') };
      case 'end':
        return;
      case 'late':
        yield { waitMs: 5_000 };
        return yield finalWords(text);
      default:
        return yield finalWords(text);
    }
  }

  *#answer(): Generator<Step<GeneratorEvent>> {
    switch (this.#luck.answers[this.#answers++ % this.#luck.answers.length]) {
      case 'hang':
        return yield 'hang';
      case 'fail':
        return yield { fail: new ParleyError('generator_failed') };
      case 'silent':
        return;
      case 'question':
        return yield words('Shall I go on?');
      case 'tool':
        yield { give: { type: 'tool-called', name: 'clock' } };
        return yield words('It is noon.');
      case 'late':
        yield { waitMs: 8_000 };
        return yield words('This came late.');
      default:
        return yield words('This is one sentence. And this is another one.');
    }
  }
}

it('comes from every state to an answer, an apology or listening, within its limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 25 }), luck, async (acts, providers) => {
      const call = new Call(providers);
      const { test } = call;
      for (const next of acts) await call.do(next);
      // The person falls silent, as a client reports it.
      test.conversation.pauseUtterance(test.clock.now());
      await test.clock.advance(LIMIT_MS + QUIET_MS);

      expect(test.conversation.openUtterance).toBeUndefined();
      expect(test.conversation.isBusy).toBe(false);
      expect(test.clock.pendingTimers).toBe(0);
      // Every turn that began has ended, once.
      const begun = new Set(test.ofCall('utterance-started').map(({ turnId }) => turnId));
      const ended = test.ofCall('turn-ended').map(({ turnId }) => turnId);
      expect([...begun].filter((turnId) => !ended.includes(turnId))).toEqual([]);
      // Every reply that the client was informed of has ended too.
      const created = test.ofType('response.created').map(({ response_id: id }) => id);
      expect(test.ofType('response.done').map(({ response_id: id }) => id)).toEqual(created);
      // A reply that is held is decided upon.
      const decided = test.ofType('response.interruption_decided');
      const inOrder = decided.map(({ utterance }) => utterance).toSorted((a, b) => a - b);
      expect(inOrder).toEqual(call.held);
      // No client waits for an answer that does not come.
      expect(call.unsettled).toEqual([]);
      await test.conversation.dispose();
    }),
    { numRuns: RUNS },
  );
});

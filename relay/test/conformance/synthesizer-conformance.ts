import { describe, expect, test } from 'vitest';
import type { SpeechEvent, Synthesizer } from '../../src/call/stages/synthesizer/synthesizer.ts';
import { defineFaultCases, defineProbeCases, type FaultDefinition } from './faults.ts';
import {
  unrestOf,
  heldBeyond,
  isPrompt,
  heldBefore,
  outcomeOf,
  settlesWithin,
  until,
} from './outcome.ts';
import { wrongLanguages } from './languages.ts';
import { Rig, type Subject } from './subject.ts';
import { defineSynthesizerUse } from './synthesizer-use.ts';

const PATIENCE_MS = 10_000;
const CLAUSES = ['This is the first clause.', 'A second one follows.', 'That was the third.'];
/** Of a clause, if nothing depends on it. */
const CLAUSE_SAMPLES = 4_801;
/** Clauses that may be on their way beyond the one that is delivered. */
const READ_AHEAD = 2;

/** The samples of one clause. */
type Spoken = number[];

/**
 * The same cases for every synthesizer that speaks to a vendor.
 *
 * @returns its cases for `defineFaults`
 */
export function defineSynthesizerCases(subject: Subject<Synthesizer>): FaultDefinition {
  defineSynthesizerUse(subject);
  describe(`synthesizer ${subject.name}`, () => {
    test('each clause is announced, and then all its audio comes, once and in order', async () => {
      const voice = new CountingVoice();
      await using rig = await Rig.set(subject, { speak: voice.speak });
      const { kind, events } = await speaking(rig.port, CLAUSES);
      expect(kind).toBe('completed');
      expect(voice.heard(events)).toEqual(voice.whole(CLAUSES));
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('names the languages that it and its voices know by primary subtags', async () => {
      await using rig = await Rig.set(subject);
      expect(wrongLanguages(rig.port.languages)).toEqual([]);
      const ofVoices = rig.port.voices.flatMap(({ languages }) => wrongLanguages(languages));
      expect(ofVoices).toEqual([]);
    });

    test('words lie within their clause, one after the other, where they are timed', async () => {
      await using rig = await Rig.set(subject);
      const { events } = await speaking(rig.port, CLAUSES);
      let atMs = 0;
      for (const event of events) {
        if (event.type === 'clause-begun') atMs = 0;
        if (event.type !== 'words-timed') continue;
        for (const { startMs, endMs, text } of event.words) {
          expect(startMs).toBeGreaterThanOrEqual(atMs - 1);
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          expect(text.trim()).not.toBe('');
          atMs = startMs;
        }
      }
    });

    test('a clause is heard before the next one is known', async () => {
      const voice = new CountingVoice();
      await using rig = await Rig.set(subject, { speak: voice.speak });
      const more = Promise.withResolvers<void>();
      async function* slowly() {
        yield CLAUSES[0]!;
        await more.promise;
        yield CLAUSES[1]!;
      }
      let samples = 0;
      const outcome = await outcomeOf(async function* (signal) {
        for await (const event of rig.port.synthesize(slowly(), { voice: '', signal })) {
          if (event.type === 'speech-audio') samples += event.samples.length;
          if (samples === CLAUSE_SAMPLES) more.resolve();
          yield event;
        }
      }, PATIENCE_MS);
      expect(outcome.kind).toBe('completed');
      expect(voice.heard(outcome.events)).toEqual(voice.whole(CLAUSES.slice(0, 2)));
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('nothing to say makes no sound', async () => {
      await using rig = await Rig.set(subject);
      expect(await speaking(rig.port, [])).toEqual({ kind: 'completed', events: [] });
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('clauses without pronounceable text are announced without a sound', async () => {
      const voice = new CountingVoice();
      await using rig = await Rig.set(subject, { speak: voice.speak });
      const clauses = ['…', CLAUSES[0]!, '— !'];
      const { kind, events } = await speaking(rig.port, clauses);
      expect(kind).toBe('completed');
      const spoken = spokenIn(events);
      expect(spoken.map(({ length }) => length)).toEqual([0, CLAUSE_SAMPLES, 0]);
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('words of any script reach the voice as they are', async () => {
      const voice = new CountingVoice();
      await using rig = await Rig.set(subject, { speak: voice.speak });
      const clauses = ['Привет, мир.', '世界は広い。', 'Größe & <Maß> "heißt" es.'];
      const { events } = await speaking(rig.port, clauses);
      expect(voice.heard(events)).toEqual(voice.whole(clauses));
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('ten thousand characters are spoken whole', async () => {
      const voice = new CountingVoice(2_401);
      await using rig = await Rig.set(subject, { speak: voice.speak });
      const clauses = Array.from(
        { length: 80 },
        (_, n) => `Clause ${n} ${'goes on and on '.repeat(8)}to its end.`,
      );
      expect(clauses.join(' ').length).toBeGreaterThan(10_000);
      const { kind, events } = await speaking(rig.port, clauses);
      expect(kind).toBe('completed');
      expect(voice.heard(events)).toEqual(voice.whole(clauses));
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('twenty answers at once are not mixed up', async () => {
      const voice = new CountingVoice();
      await using rig = await Rig.set(subject, { speak: voice.speak });
      const answers = Array.from({ length: 20 }, (_, n) => [
        `Answer ${n} begins.`,
        `Answer ${n} is over.`,
      ]);
      const outcomes = await Promise.all(answers.map((answer) => speaking(rig.port, answer)));
      for (const [index, { events }] of outcomes.entries()) {
        expect(voice.heard(events)).toEqual(voice.whole(answers[index]!));
      }
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('one answer after the other is spoken, also after one that was cut short', async () => {
      const voice = new CountingVoice();
      await using rig = await Rig.set(subject, { speak: voice.speak });
      for (let round = 0; round < 3; round++) {
        const abort = new AbortController();
        const cut = rig.port.synthesize(clausesOf(CLAUSES), { voice: '', signal: abort.signal });
        for await (const event of cut) if (event.type === 'speech-audio') abort.abort();
        const { events } = await speaking(rig.port, [`Round ${round}.`, 'And on.']);
        expect(voice.heard(events)).toEqual(voice.whole([`Round ${round}.`, 'And on.']));
      }
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('who does not listen is not spoken to for ever', async () => {
      let asked = 0;
      await using rig = await Rig.set(subject, {
        speak: (_, rateHz) => {
          asked += 1;
          // A minute: 2.9 MB at 24 kHz, as much as a line takes by itself.
          return new Int16Array(rateHz * 60).fill(1);
        },
      });
      let taken = 0;
      const abort = new AbortController();
      const clauses = (async function* () {
        for (; taken < 50;) {
          taken += 1;
          yield `Clause ${taken} of many.`;
        }
      })();
      const speech = rig.port.synthesize(clauses, { voice: '', signal: abort.signal });
      const iterator = speech[Symbol.asyncIterator]();
      await iterator.next();
      await iterator.next();
      await settlesWithin(new Promise(() => {}), 100);
      expect(taken, 'clauses taken').toBeLessThanOrEqual(1 + READ_AHEAD + 1);
      expect(asked, 'clauses asked for').toBeLessThanOrEqual(1 + READ_AHEAD);
      abort.abort();
      expect(await isPrompt(Promise.resolve(iterator.return?.()))).toBe(true);
      expect(await unrestOf(rig)).toEqual([]);
    });

    test.each(['before the first sound', 'in the middle', 'while it waits for words'] as const)(
      'aborted %s, it is gone at once and without an error',
      async (moment) => {
        const before = await heldBefore();
        {
          await using rig = await Rig.set(
            subject,
            moment === 'before the first sound' ? { firstAudioDelayMs: 10_000 } : {},
          );
          if (moment === 'in the middle') rig.simulator.fail({ kind: 'stall' }, 'mid-stream');
          const abort = new AbortController();
          const sound = Promise.withResolvers<void>();
          async function* clauses() {
            yield CLAUSES[0]!;
            // An answer whose words have stopped coming: only the signal ends this.
            await new Promise<void>((resolve) => {
              abort.signal.addEventListener('abort', () => resolve());
            });
          }
          const run = (async () => {
            const { signal } = abort;
            for await (const event of rig.port.synthesize(clauses(), { voice: '', signal })) {
              if (event.type === 'speech-audio') sound.resolve();
            }
          })();
          if (moment === 'before the first sound') await until(() => rig.simulator.open > 0);
          else await sound.promise;
          abort.abort(new Error('enough'));
          expect(await isPrompt(run)).toBe(true);
          await run;
          expect(await unrestOf(rig)).toEqual([]);
        }
        expect(await heldBeyond(before)).toEqual([]);
      },
    );

    test('who has heard enough and leaves releases everything', async () => {
      await using rig = await Rig.set(subject);
      rig.simulator.fail({ kind: 'stall' }, 'mid-stream');
      const { signal } = new AbortController();
      const speech = rig.port.synthesize(clausesOf(CLAUSES), { voice: '', signal });
      for await (const event of speech) if (event.type === 'speech-audio') break;
      expect(await unrestOf(rig)).toEqual([]);
    });
  });

  return () => {
    describe(`synthesizer ${subject.name}`, () => {
      defineFaultCases<Synthesizer, SpeechEvent>({
        subject,
        stage: 'synthesizer',
        use: (port, signal) => port.synthesize(clausesOf(CLAUSES), { voice: '', signal }),
        isWhole: (events) => spokenIn(events).every(({ length }) => length > 0),
      });
      defineProbeCases(subject, 'synthesizer');
    });
  };
}

/** Speaks each clause as a number of its own, so that the sound identifies it. */
class CountingVoice {
  readonly #numbers = new Map<string, number>();
  readonly #length: number;

  constructor(length = CLAUSE_SAMPLES) {
    this.#length = length;
  }

  readonly speak = (text: string): Int16Array => {
    const key = text.trim();
    const number = this.#numbers.get(key) ?? this.#numbers.size + 1;
    this.#numbers.set(key, number);
    return new Int16Array(this.#length).fill(number);
  };

  /** What was heard of each clause, by whose number it was. */
  heard(events: readonly SpeechEvent[]) {
    return spokenIn(events).map((samples) => ({
      length: samples.length,
      numbers: [...new Set(samples)],
    }));
  }

  /** What must be heard of clauses that were spoken whole. */
  whole(clauses: readonly string[]) {
    return clauses.map((text) => ({ length: this.#length, numbers: [this.#numbers.get(text)] }));
  }
}

function speaking(port: Synthesizer, clauses: readonly string[]) {
  return outcomeOf(
    (signal) => port.synthesize(clausesOf(clauses), { voice: port.voices[0]!.id, signal }),
    PATIENCE_MS,
  );
}

async function* clausesOf(clauses: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* clauses;
}

/** The samples of each clause, whose events must come in order and be complete. */
function spokenIn(events: readonly SpeechEvent[]): Spoken[] {
  const spoken: Spoken[] = [];
  let done = 0;
  for (const event of events) {
    if (event.type === 'clause-begun') spoken.push([]);
    const isInTurn = event.clause === spoken.length - 1 && event.clause === done;
    if (!isInTurn) throw new Error(`${event.type} of clause ${event.clause} is out of its turn`);
    if (event.type === 'speech-audio') {
      for (const sample of event.samples) spoken[event.clause]!.push(sample);
    }
    if (event.type === 'clause-done') done += 1;
  }
  return spoken;
}

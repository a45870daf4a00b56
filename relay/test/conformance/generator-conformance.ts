import { describe, expect, test } from 'vitest';
import type {
  Generator,
  GenerateRequest,
  GeneratorEvent,
  Message,
  Reminders,
} from '../../src/stages/generator.ts';
import { defineFaultCases, defineProbeCases, type FaultDefinition } from './faults.ts';
import { unrestOf, heldBeyond, isPrompt, heldBefore, outcomeOf, until } from './outcome.ts';
import { Rig, type Subject } from './subject.ts';

const PATIENCE_MS = 10_000;
const ANSWER = 'This is the first sentence. And this one is another.';

/**
 * The same cases for every generator that speaks to a vendor.
 *
 * @returns its cases for `defineFaults`
 */
export function defineGeneratorCases(subject: Subject<Generator>): FaultDefinition {
  describe(`generator ${subject.name}`, () => {
    test('the text comes in pieces, then what it cost, once', async () => {
      await using rig = await Rig.set(subject, { answer: () => ANSWER });
      const { kind, events } = await asking(rig.port, 'what is it');
      expect(kind).toBe('completed');
      expect(textOf(events)).toBe(ANSWER);
      expect(events.filter(({ type }) => type === 'text-delta').length).toBeGreaterThan(1);
      const usage = events.filter((event) => event.type === 'usage-reported');
      expect(usage).toHaveLength(1);
      expect(usage[0]!.inputTokens).toBeGreaterThan(0);
      expect(usage[0]!.outputTokens).toBeGreaterThan(0);
      expect(events.at(-1)?.type).toBe('usage-reported');
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('the vendor is asked the last thing that was said', async () => {
      const asked: string[] = [];
      await using rig = await Rig.set(subject, {
        answer: (question) => {
          asked.push(question);
          return ANSWER;
        },
      });
      await asking(rig.port, 'how far is the moon', [
        { role: 'user', text: 'hello' },
        { role: 'assistant', text: 'Hello to you.' },
      ]);
      expect(asked).toEqual(['how far is the moon']);
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('someone whose words could not be placed is answered too', async () => {
      await using rig = await Rig.set(subject, { answer: () => ANSWER });
      const history: Message[] = [{ role: 'user', text: '', unrecognised: true }];
      const outcome = await outcomeOf(
        (signal) => rig.port.generate(requestFor(history, signal)),
        PATIENCE_MS,
      );
      expect(textOf(outcome.events)).toBe(ANSWER);
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('two messages in a row of the same role are accepted', async () => {
      await using rig = await Rig.set(subject, { answer: () => ANSWER });
      const { events } = await asking(rig.port, 'and this', [
        { role: 'assistant', text: 'Your timer is done.' },
        { role: 'assistant', text: 'Your other timer is done.' },
        { role: 'user', text: 'thanks' },
      ]);
      expect(textOf(events)).toBe(ANSWER);
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('words of any script arrive as they are', async () => {
      const answer = 'Привет, мир. 世界は広い。 שלום.';
      await using rig = await Rig.set(subject, { answer: () => answer });
      const { events } = await asking(rig.port, 'скажи 你好');
      expect(textOf(events)).toBe(answer);
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('ten thousand characters arrive whole', async () => {
      const answer = Array.from({ length: 400 }, (_, n) => `This is sentence ${n}.`).join(' ');
      await using rig = await Rig.set(subject, { answer: () => answer });
      const { events } = await asking(rig.port, 'go on '.repeat(1_600).trim());
      expect(textOf(events)).toBe(answer);
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('twenty answers at once are not mixed up', async () => {
      await using rig = await Rig.set(subject, {
        answer: (question) => `You said ${question}. Nothing else.`,
      });
      const questions = Array.from({ length: 20 }, (_, n) => `question ${n}`);
      const outcomes = await Promise.all(questions.map((question) => asking(rig.port, question)));
      expect(outcomes.map(({ events }) => textOf(events))).toEqual(
        questions.map((question) => `You said ${question}. Nothing else.`),
      );
      expect(await unrestOf(rig)).toEqual([]);
    });

    test.each(['before the first word', 'in the middle'] as const)(
      'aborted %s, it is gone at once and without an error',
      async (moment) => {
        const before = await heldBefore();
        {
          const isBefore = moment === 'before the first word';
          await using rig = await Rig.set(subject, {
            answer: () => ANSWER,
            ...(isBefore && { firstTokenDelayMs: 10_000 }),
          });
          if (!isBefore) rig.simulator.fail({ kind: 'stall' }, 'mid-stream');
          const abort = new AbortController();
          const first = Promise.withResolvers<void>();
          const run = (async () => {
            const request = requestFor([{ role: 'user', text: 'hello' }], abort.signal);
            for await (const event of rig.port.generate(request)) {
              if (event.type === 'text-delta') first.resolve();
            }
          })();
          if (!isBefore) await first.promise;
          else await until(() => rig.simulator.open > 0);
          abort.abort(new Error('enough'));
          expect(await isPrompt(run)).toBe(true);
          await run;
          expect(await unrestOf(rig)).toEqual([]);
        }
        expect(await heldBeyond(before)).toEqual([]);
      },
    );

    test('who has heard enough and leaves releases everything', async () => {
      await using rig = await Rig.set(subject, { answer: () => ANSWER });
      rig.simulator.fail({ kind: 'stall' }, 'mid-stream');
      const { signal } = new AbortController();
      const request = requestFor([{ role: 'user', text: 'hello' }], signal);
      for await (const event of rig.port.generate(request)) if (event.type === 'text-delta') break;
      expect(await unrestOf(rig)).toEqual([]);
    });
  });

  return () => {
    describe(`generator ${subject.name}`, () => {
      defineFaultCases<Generator, GeneratorEvent>({
        subject,
        stage: 'generator',
        use: (port, signal) => port.generate(requestFor([{ role: 'user', text: 'hello' }], signal)),
        isWhole: (events) => events.at(-1)?.type === 'usage-reported' && textOf(events) !== '',
      });
      defineProbeCases(subject, 'generator');
    });
  };
}

function asking(port: Generator, question: string, before: readonly Message[] = []) {
  return outcomeOf(
    (signal) => port.generate(requestFor([...before, { role: 'user', text: question }], signal)),
    PATIENCE_MS,
  );
}

function requestFor(history: readonly Message[], signal: AbortSignal): GenerateRequest {
  return { history, signal, person: { timeZone: 'Europe/Berlin' }, reminders: NO_REMINDERS };
}

const NO_REMINDERS: Reminders = { add: () => undefined, list: () => [], cancel: () => {} };

function textOf(events: readonly GeneratorEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
}

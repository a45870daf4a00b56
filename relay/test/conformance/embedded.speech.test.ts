import { beforeAll, describe, expect, test } from 'vitest';
import { createEmbeddedAssistant } from '../../src/providers/embedded/assistant.ts';
import { START_MS, warmEngines } from '../../src/providers/embedded/warm-engines.rig.ts';
import type { Generator } from '../../src/call/stages/generator/generator.ts';
import { isPrompt, outcomeOf } from './outcome.ts';

/** If nothing is sent anywhere, the remaining cases are order, odd input and giving up. */
const PATIENCE_MS = 30_000;
const CLAUSES = ['This is the first clause.', 'A second one follows.', 'That was the third.'];

let engines: Awaited<ReturnType<typeof warmEngines>>;
beforeAll(async () => {
  engines = await warmEngines();
}, START_MS);

async function* given(clauses: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* clauses;
}

function speaking(clauses: readonly string[]) {
  return outcomeOf(
    (signal) => engines.synthesizer.synthesize(given(clauses), { voice: '', signal }),
    PATIENCE_MS,
  );
}

describe('the embedded synthesizer', () => {
  test('announces each clause, and then gives its audio', async () => {
    const { kind, events } = await speaking(CLAUSES);
    expect(kind).toBe('completed');
    const begun = events.filter(({ type }) => type === 'clause-begun');
    expect(begun.map(({ clause }) => clause)).toEqual([...CLAUSES.keys()]);
    const silent = events.filter(
      (event, index) => event.type === 'clause-begun' && events[index + 1]?.type !== 'speech-audio',
    );
    expect(silent).toEqual([]);
  });

  test('says nothing where there is nothing to say', async () => {
    expect(await speaking([])).toEqual({ kind: 'completed', events: [] });
    const { events } = await speaking(['…']);
    expect(events).toEqual([
      { type: 'clause-begun', clause: 0 },
      { type: 'clause-done', clause: 0 },
    ]);
  });

  test('is gone at once when it is aborted', async () => {
    const abort = new AbortController();
    const { signal } = abort;
    const run = (async () => {
      for await (const event of engines.synthesizer.synthesize(given(CLAUSES), {
        voice: '',
        signal,
      })) {
        if (event.type === 'clause-begun') abort.abort();
      }
    })();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(await isPrompt(run)).toBe(true);
    await run;
  });
});

describe('the embedded transcriber', () => {
  test('gives exactly one final transcript, last, also of nothing', async () => {
    for (const chunks of [0, 10]) {
      const { kind, events } = await outcomeOf(async function* (signal) {
        const stream = await engines.transcriber.open({ language: 'en-US', signal });
        for (let chunk = 0; chunk < chunks; chunk++) stream.push(new Int16Array(1_600));
        stream.finalize();
        yield* stream.events;
      }, PATIENCE_MS);
      expect(kind).toBe('completed');
      expect(events.filter(({ type }) => type === 'transcript-final')).toHaveLength(1);
      expect(events.at(-1)).toMatchObject({ type: 'transcript-final', text: '' });
    }
  });

  test('is gone at once when it is aborted', async () => {
    const abort = new AbortController();
    const stream = await engines.transcriber.open({ language: 'en-US', signal: abort.signal });
    stream.push(new Int16Array(16_000).fill(500));
    const events = Array.fromAsync(stream.events);
    abort.abort();
    expect(await isPrompt(events)).toBe(true);
  });
});

describe('the embedded assistant', () => {
  const answer = (generator: Generator, text: string) =>
    outcomeOf(
      (signal) =>
        generator.generate({
          history: [{ role: 'user', text }],
          signal,
          person: { timeZone: 'UTC' },
          reminders: { add: () => undefined, list: () => [], cancel: () => {} },
        }),
      PATIENCE_MS,
    );

  test.each(['what is two plus two', 'Привет, 世界', 'word '.repeat(2_000)])(
    'has words for anything: %j',
    async (text) => {
      const { kind, events } = await answer(createEmbeddedAssistant(), text);
      expect(kind).toBe('completed');
      const words = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
      expect(words.trim()).not.toBe('');
    },
  );
});

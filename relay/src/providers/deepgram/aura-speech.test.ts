import { expect, test } from 'vitest';
import { settle } from '../../lib/fake-clock.ts';
import type { SpokenClause } from './aura-line.ts';
import { AuraSpeech, type AuraSpeechOptions, type ClauseLine } from './aura-speech.ts';

type Callbacks = Parameters<AuraSpeechOptions['connect']>;

/** A line that does nothing by itself: the test plays the vendor. */
class FakeLine implements ClauseLine {
  readonly calls: string[] = [];
  readonly spoken: SpokenClause[] = [];
  readonly #callbacks: Callbacks;
  hasRoom = true;

  constructor(callbacks: Callbacks) {
    this.#callbacks = callbacks;
  }

  speak(clause: SpokenClause): void {
    this.spoken.push(clause);
  }

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }

  retire(): void {
    this.calls.push('retire');
  }

  release(): void {
    this.calls.push('release');
  }

  say(seconds: number): void {
    this.#callbacks[0](this.spoken[0]!, new Int16Array(seconds * 24_000));
  }

  finish(): void {
    const clause = this.spoken.shift()!;
    clause.isDone = true;
    this.#callbacks[1]();
  }
}

async function* texts(...clauses: string[]): AsyncGenerator<string> {
  yield* clauses;
}

function speech(clauses: AsyncIterable<string>, signal = new AbortController().signal) {
  const lines: FakeLine[] = [];
  const events = new AuraSpeech({
    clauses,
    signal,
    async connect(...callbacks) {
      const line = new FakeLine(callbacks);
      lines.push(line);
      return line;
    },
  }).events();
  return { lines, events };
}

test('a reader who stops pauses the line, and reading on resumes it', async () => {
  const { lines, events } = speech(texts('A long one.'));
  await events.next();
  await settle();
  const line = lines[0]!;
  for (let n = 0; n < 11; n += 1) line.say(1);
  expect(line.calls).toEqual(['pause']);
  for (let n = 0; n < 5; n += 1) await events.next();
  expect(line.calls).toEqual(['pause']);
  for (let n = 0; n < 2; n += 1) await events.next();
  expect(line.calls).toEqual(['pause', 'resume']);
  await events.return();
});

test('a line without room is retired, and the next clause gets a new one', async () => {
  const { lines, events } = speech(texts('One.', 'Two.'));
  await events.next();
  const first = events.next();
  lines[0]!.hasRoom = false;
  lines[0]!.say(1);
  await first;
  await settle();
  lines[0]!.finish();
  expect((await events.next()).value).toEqual({ type: 'clause-started', text: 'Two.' });
  await settle();
  expect(lines).toHaveLength(2);
  expect(lines[0]!.calls).toEqual(['retire']);
  lines[1]!.finish();
  expect(await events.next()).toEqual({ done: true, value: undefined });
  expect(lines[1]!.calls).toEqual(['release']);
});

test('an abort while a line is being opened releases it when it comes', async () => {
  const abort = new AbortController();
  const opened = Promise.withResolvers<ClauseLine>();
  const events = new AuraSpeech({
    clauses: texts('One.'),
    signal: abort.signal,
    connect: () => opened.promise,
  }).events();
  await events.next();
  abort.abort();
  expect(await events.next()).toEqual({ done: true, value: undefined });
  const line = new FakeLine([() => {}, () => {}, () => {}]);
  opened.resolve(line);
  await settle();
  expect([line.calls, line.spoken]).toEqual([['release'], []]);
});

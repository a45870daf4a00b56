import { expect, test } from 'vitest';
import { ParleyError } from '@parley/shared';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import type { GeneratorEvent, Message } from '../../stages/generator/generator.ts';
import type { ProviderAttempt } from '../../stages/provider.ts';
import { answeredByBrowser } from './answer-request.ts';
import type { BrowserModelPort, BrowserQuestion } from './browser-model.ts';

const REFUSED: readonly GeneratorEvent[] = [
  { type: 'not-understood', text: 'who was ada lovelace' },
  { type: 'text-delta', text: 'I did not understand that.' },
  { type: 'usage-reported', inputTokens: 0, outputTokens: 0 },
];

/** Passes events by a page that says what a test says. */
async function answer(
  events: readonly GeneratorEvent[],
  says: (signal: AbortSignal) => AsyncIterable<string>,
  earlier: readonly Message[] = [],
) {
  const asked: BrowserQuestion[] = [];
  const attempts: ProviderAttempt[] = [];
  const controller = new AbortController();
  const browserModel: BrowserModelPort = {
    isOffered: true,
    ask(question, signal) {
      asked.push(question);
      return says(signal);
    },
  };
  const got: GeneratorEvent[] = [];
  let error: unknown;
  try {
    for await (const event of answeredByBrowser(from(events), {
      browserModel,
      earlier,
      person: { timeZone: 'Europe/Berlin' },
      signal: controller.signal,
      observer: { onAttempt: (attempt) => attempts.push(attempt) },
      clock: new FakeClock(),
    })) {
      got.push(event);
    }
  } catch (thrown) {
    error = thrown;
  }
  const text = got.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
  return { asked, attempts, got, text, error };
}

async function* from<T>(items: readonly T[], error?: Error): AsyncGenerator<T> {
  yield* items;
  if (error !== undefined) throw error;
}

test('asks nothing about what is understood', async () => {
  const events = [{ type: 'text-delta', text: 'It is noon.' }] as const;
  const { got, asked, attempts } = await answer(events, () => from(['No.']));
  expect(got).toEqual(events);
  expect(asked).toEqual([]);
  expect(attempts).toEqual([]);
});

test('the page’s words take the place of the refusal, in words that can be said', async () => {
  const earlier: Message[] = [
    { role: 'user', text: 'hello' },
    { role: 'assistant', text: 'Hello there.' },
  ];
  const words = () => from(['**A** mathe', 'matician. ', '# Really']);
  const { text, got, asked, attempts } = await answer(REFUSED, words, earlier);
  expect(text).toBe('A mathematician. # Really');
  expect(got.at(-1)).toMatchObject({ type: 'usage-reported' });
  expect(asked[0]!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  expect(asked[0]!.messages.at(-1)!.content).toMatch(/^who was ada lovelace\n\[For the person/);
  expect(attempts).toMatchObject([
    { stage: 'generator', provider: 'browser', outcome: 'succeeded', fault: null },
  ]);
});

test('what is understood beside it is answered first', async () => {
  const events = [{ type: 'text-delta', text: 'It is noon. ' } as const, ...REFUSED];
  const { text } = await answer(events, () => from(['A mathematician.']));
  expect(text).toBe('It is noon. A mathematician.');
});

test.each<[string, () => AsyncIterable<string>]>([
  ['fails', () => from<string>([], new ParleyError('generator_failed'))],
  ['is too late', () => from<string>([], new ParleyError('generator_timeout'))],
  ['says nothing', () => from<string>([])],
  ['says white space', () => from([' ', '\n'])],
])('a page that %s leaves the refusal as it is', async (_, says) => {
  const { text, error, attempts } = await answer(REFUSED, says);
  expect(text.trim()).toBe('I did not understand that.');
  expect(error).toBeUndefined();
  expect(attempts).toMatchObject([{ outcome: 'failed' }]);
});

test('an answer that breaks off fails as a generator’s does', async () => {
  const says = () => from(['She was '], new ParleyError('generator_timeout'));
  const { text, error, attempts } = await answer(REFUSED, says);
  expect(text).toBe('She was ');
  expect(error).toMatchObject({ code: 'generator_timeout' });
  expect(attempts).toMatchObject([{ outcome: 'failed', fault: 'generator_timeout' }]);
});

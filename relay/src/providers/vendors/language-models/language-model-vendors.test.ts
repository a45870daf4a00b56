import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { serveHttp } from '../../../../test/support/http-server.ts';
import { CATALOGUE } from '../../../../simulators/catalogue.ts';
import type { LanguageModelBehaviour } from '../../../../simulators/language-models/language-model-behaviour.ts';
import { readSettings } from '../../../base/config/read-settings.ts';
import type { Generator, GeneratorEvent } from '../../../call/stages/generator/generator.ts';
import { anthropicVendor, googleVendor, groqVendor } from './language-model-vendors.ts';
import {
  failureOf,
  talkWith,
  testContext,
  textOf,
  type Talk,
} from '../../vendor-kit/language-model/talk.rig.ts';
import type { KnownVendor } from '../../vendor-kit/vendor.ts';

const CASES = [
  { id: 'anthropic', vendor: anthropicVendor },
  { id: 'google', vendor: googleVendor },
  { id: 'groq', vendor: groqVendor },
] as const;

describe.each(CASES)('$id', ({ id, vendor }) => {
  const vendorWith = (behaviour: LanguageModelBehaviour, key?: string) =>
    talkTo(id, vendor, behaviour, key);

  test('an answer streams, and what it cost is what the vendor says', async () => {
    await using talk = await vendorWith({ answer: () => 'It is **fine** today.', think: 'Hm.' });
    const events = await talk.ask('How is it?');
    expect(textOf(events)).toBe('It is fine today.');
    expect(events.filter(({ type }) => type === 'text-delta').length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ type: 'usage-reported' });
    expect(talk.simulator.complaints).toEqual([]);
  });

  test('a tool is used in every round but the last', async () => {
    await using talk = await vendorWith({
      useTool: () => ({ name: 'set_timer', input: { seconds: 5, label: 'tea' } }),
      toolRounds: 100,
      answerAfterTool: () => 'There are two timers.',
    });
    const events = await talk.ask('Timers, please.');
    expect(events.filter(({ type }) => type === 'tool-called')).toHaveLength(4);
    expect(textOf(events)).toBe('There are two timers.');
    expect(talk.reminders.list()).toHaveLength(2);
    expect(talk.simulator.complaints).toEqual([]);
  });

  test('a wrong key is unauthorized, in the answer and in the probe', async () => {
    await using talk = await vendorWith({}, 'wrong-key');
    expect(await failureOf(talk.ask('Hello.'))).toMatchObject({ fault: 'unauthorized' });
    const probe = talk.generator.probe?.(new AbortController().signal) ?? Promise.resolve();
    expect(await failureOf(probe)).toMatchObject({ provider: id, stage: 'generator' });
  });

  test.each([
    [{ kind: 'status', status: 429, retryAfterS: 3 }, 'rate-limited'],
    [{ kind: 'status', status: 500 }, 'overloaded'],
    [{ kind: 'malformed' }, 'malformed'],
    [{ kind: 'abrupt-close' }, 'closed'],
  ] as const)('%j before the answer is %s', async (fault, expected) => {
    await using talk = await vendorWith({ answer: () => 'Hello there, my friend.' });
    talk.simulator.fail(fault, 'first-use', 1);
    expect(await failureOf(talk.ask('Hello.'))).toMatchObject({
      fault: expected,
      provider: id,
    });
    expect(textOf(await talk.ask('Hello.'))).toBe('Hello there, my friend.');
  });

  test.each([
    ['malformed', 'malformed'],
    ['abrupt-close', 'closed'],
  ] as const)('%s in the middle is %s, after what was said', async (kind, expected) => {
    await using talk = await vendorWith({ answer: () => 'Hello there, my friend.' });
    talk.simulator.fail({ kind }, 'mid-stream', 1);
    const events: GeneratorEvent[] = [];
    const error = await failureOf(talk.ask('Hello.', undefined, events));
    expect(error.fault).toBe(expected);
    expect(events.map(({ type }) => type)).toEqual(['text-delta', 'usage-reported']);
  });

  // The others count only when they are done.
  test.runIf(id === 'anthropic')(
    'an answer that is cut short costs the input that was counted',
    async () => {
      await using talk = await vendorWith({ answer: () => 'Hello there, my friend.' });
      const whole = usageIn(await talk.ask('Hello.'));
      talk.simulator.fail({ kind: 'stall' }, 'mid-stream', 1);
      const controller = new AbortController();
      const events: GeneratorEvent[] = [];
      for await (const event of talk.generate('Hello.', controller.signal)) {
        events.push(event);
        if (event.type === 'text-delta') controller.abort();
      }
      const cut = usageIn(events);
      expect(cut.outputTokens).toBeGreaterThan(0);
      expect(cut.outputTokens).toBeLessThan(whole.outputTokens);
      expect(cut.inputTokens).toBe(whole.inputTokens);
    },
  );

  test('it is configured by its key', () => {
    const [candidate] = vendor.candidates;
    const configured = { [`${id.toUpperCase()}_API_KEY`]: 'k' };
    expect(candidate?.isConfigured(readSettings(vendor.settings, {}))).toBe(false);
    expect(candidate?.isConfigured(readSettings(vendor.settings, configured))).toBe(true);
  });
});

function usageIn(events: readonly GeneratorEvent[]) {
  const usage = events.at(-1);
  if (usage?.type !== 'usage-reported') throw new Error('Expected the usage at the end');
  return usage;
}

test('Anthropic is told to cache instructions with tools, and the talk before the last turn', async () => {
  const { promise: body, resolve } = Promise.withResolvers<string>();
  const server = await serveHttp((request, response) => {
    if (request.method === 'POST') void text(request).then(resolve);
    response.writeHead(400).end();
  });
  const settings = { ANTHROPIC_API_KEY: 'key', ANTHROPIC_BASE_URL: server.url };
  const values = readSettings(anthropicVendor.settings, settings);
  const generator = (await anthropicVendor.candidates[0]!.create(values, testContext)) as Generator;
  const asked = generator.generate({
    history: [
      { role: 'user', text: 'Hello.' },
      { role: 'assistant', text: 'Hi.' },
      { role: 'user', text: 'How are you?' },
    ],
    signal: new AbortController().signal,
    person: { timeZone: 'UTC' },
    reminders: { add: () => undefined, list: () => [], cancel: () => {} },
  });
  await failureOf(Promise.resolve(asked[Symbol.asyncIterator]().next()));
  const cache_control = { type: 'ephemeral' };
  const sent = JSON.parse(await body) as { messages: object[] };
  expect(sent).toMatchObject({
    system: [{ cache_control }],
    messages: [{ role: 'user' }, { role: 'assistant', content: [{ cache_control }] }, {}],
  });
  expect(JSON.stringify(sent).split('cache_control')).toHaveLength(3);
  server.close();
});

async function talkTo(
  id: (typeof CASES)[number]['id'],
  { settings, candidates }: KnownVendor,
  behaviour: LanguageModelBehaviour,
  key?: string,
): Promise<Talk> {
  const { start, environment } = CATALOGUE[id];
  const simulator = await start(behaviour);
  const values = readSettings(settings, {
    ...environment(simulator),
    ...(key === undefined ? {} : { [`${id.toUpperCase()}_API_KEY`]: key }),
  });
  const [candidate] = candidates;
  if (candidate?.stage !== 'generator') throw new Error('Expected a generator');
  return talkWith(simulator, await candidate.create(values, testContext));
}

import { describe, expect, test } from 'vitest';
import { startGoogleSimulator } from '../../../simulators/language-models/google-simulator.ts';
import type { LanguageModelBehaviour } from '../../../simulators/language-models/language-model-behaviour.ts';
import { readSettings } from '../../config/read-settings.ts';
import type { GeneratorEvent } from '../generator.ts';
import {
  failureOf,
  talkWith,
  testContext,
  textOf,
  type Talk,
} from '../language-models/test-talk.ts';
import { googleVendor } from './google-vendor.ts';

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
  expect(await failureOf(probe)).toMatchObject({ provider: 'google', stage: 'generator' });
});

describe('what goes wrong', () => {
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
      provider: 'google',
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
});

test('it is configured by its key', () => {
  expect(candidate.isConfigured(readSettings(googleVendor.settings, {}))).toBe(false);
  expect(candidate.isConfigured(readSettings(googleVendor.settings, { GOOGLE_API_KEY: 'k' }))).toBe(
    true,
  );
});

const [candidate] = googleVendor.candidates as [(typeof googleVendor.candidates)[number]];

async function vendorWith(behaviour: LanguageModelBehaviour, key?: string): Promise<Talk> {
  const simulator = await startGoogleSimulator(behaviour);
  const values = readSettings(googleVendor.settings, {
    GOOGLE_API_KEY: key ?? simulator.key,
    GOOGLE_BASE_URL: simulator.url,
  });
  if (candidate.stage !== 'generator') throw new Error('Expected a generator');
  return talkWith(simulator, await candidate.create(values, testContext));
}

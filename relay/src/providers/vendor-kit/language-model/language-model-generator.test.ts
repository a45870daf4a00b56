import { dynamicTool, jsonSchema } from '@ai-sdk/provider-utils';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import type { GeneratorEvent, TokenUsage } from '../../../call/stages/generator/generator.ts';
import { chatWith, failureOf, textOf } from './talk.rig.ts';

test('an answer comes as text, then the usage the server was asked for', async () => {
  await using talk = await chatWith({ answer: () => 'It is **fine** today. 🎉' });
  const events = await talk.ask('How is it?');
  expect(events.filter(({ type }) => type === 'usage-reported')).toHaveLength(1);
  expect(events.at(-1)?.type).toBe('usage-reported');
  expect(textOf(events).trim()).toBe('It is fine today.');
  expect(talk.simulator.complaints).toEqual([]);
});

test('a tool sets a timer, and the model answers with what came of it', async () => {
  await using talk = await chatWith({
    useTool: () => ({ name: 'set_timer', input: { seconds: 5, label: 'tea' } }),
    answerAfterTool: (result) => `Done. ${result}`,
  });
  const events = await talk.ask('A tea timer for five seconds.');
  expect(events[0]).toEqual({ type: 'tool-called', name: 'set_timer' });
  expect(textOf(events)).toBe('Done. The timer is set. Its id is 1.');
  expect(talk.reminders.list()).toMatchObject([{ label: 'tea', remainingMs: 5_000 }]);
  expect(events.filter(({ type }) => type === 'usage-reported')).toHaveLength(1);
  expect(talk.simulator.complaints).toEqual([]);
});

test('a tool used wrongly is told so in words, and the talk goes on', async () => {
  await using talk = await chatWith({
    useTool: () => ({ name: 'set_timer', input: { seconds: -1, label: 'tea' } }),
    answerAfterTool: (result) => (result.includes('seconds') ? 'That did not work.' : 'Done.'),
  });
  expect(textOf(await talk.ask('A timer for minus one second.'))).toBe('That did not work.');
  expect(talk.reminders.list()).toEqual([]);
});

test('an answer that is cancelled while its tool works costs the step that asked for it', async () => {
  const abort = new AbortController();
  const tool = dynamicTool({
    inputSchema: jsonSchema({ type: 'object' }),
    execute: () => {
      abort.abort();
      return '';
    },
  });
  await using talk = await chatWith(
    { useTool: () => ({ name: 'shelf__look_up', input: {} }) },
    'openai',
    { toolbox: { tools: () => ({ shelf__look_up: tool }) } },
  );
  const owed: TokenUsage[] = [];
  const { generator, reminders, simulator } = talk;
  const request = {
    history: [{ role: 'user', text: 'Look!' }] as const,
    person: { timeZone: 'UTC' },
    reminders,
    signal: abort.signal,
    onCutOff: (usage: TokenUsage) => owed.push(usage),
  };
  await Array.fromAsync(generator.generate(request));
  expect(simulator.requests).toBe(1);
  expect(owed).toHaveLength(1);
  expect(owed[0]!.inputTokens).toBeGreaterThan(0);
  expect(owed[0]!.outputTokens).toBeGreaterThan(0);
});

test('a summary that fails costs what it took', async () => {
  await using talk = await chatWith({ answer: () => ' ' });
  const owed: TokenUsage[] = [];
  const request = {
    messages: [{ role: 'user', text: 'Hello.' }] as const,
    person: { timeZone: 'UTC' },
    signal: new AbortController().signal,
    onCutOff: (usage: TokenUsage) => owed.push(usage),
  };
  await expect(talk.generator.summarise!(request)).rejects.toThrow();
  expect(owed).toHaveLength(1);
  expect(owed[0]!.inputTokens).toBeGreaterThan(0);
});

test.each([
  [false, ['shelf__look_up', 'set_timer']],
  [true, ['set_timer']],
])(
  'tools from elsewhere are offered unless the person may not use them',
  async (isWithoutTools, names) => {
    let offered: readonly string[] = [];
    const look = dynamicTool({ inputSchema: jsonSchema({ type: 'object' }), execute: () => '' });
    await using talk = await chatWith(
      {
        useTool: (_question, toolNames) => {
          offered = toolNames;
          return undefined;
        },
      },
      'openai',
      { toolbox: { tools: () => ({ shelf__look_up: look }) } },
    );
    const { reminders } = talk;
    const request = {
      history: [{ role: 'user', text: 'Look!' }],
      person: { timeZone: 'UTC' },
    } as const;
    const { signal } = new AbortController();
    for await (const _ of talk.generator.generate({
      ...request,
      isWithoutTools,
      reminders,
      signal,
    }));
    expect(offered.filter((name) => ['shelf__look_up', 'set_timer'].includes(name))).toEqual(names);
  },
);

test.each([
  ['de', 'Answer in German,'],
  // The relay's own.
  ['en-US', undefined],
  [undefined, undefined],
])('a model is told the language %s if it is not the relay’s', async (language, words) => {
  const bodies: unknown[] = [];
  await using talk = await chatWith({}, 'openai', {}, (body) => bodies.push(body));
  const { reminders, generator } = talk;
  const { signal } = new AbortController();
  const person = { timeZone: 'UTC', language };
  const history = [{ role: 'user', text: 'Hello.' }] as const;
  for await (const _ of generator.generate({ history, person, reminders, signal }));
  expect(bodies).toHaveLength(1);
  expect(/Answer in \w+,/.exec(String(bodies[0]))?.[0]).toBe(words);
});

test('a model that never tires of a tool is made to answer after the fourth time', async () => {
  await using talk = await chatWith({
    useTool: () => ({ name: 'list_timers', input: {} }),
    toolRounds: 100,
  });
  const events = await talk.ask('Which timers?');
  expect(events.filter(({ type }) => type === 'tool-called')).toHaveLength(4);
  expect(textOf(events)).toBe('No timer is running.');
  expect(events.filter(({ type }) => type === 'usage-reported')).toHaveLength(1);
});

test('a server that counts nothing gets its tokens estimated', async () => {
  await using talk = await chatWith({ answer: () => 'A few words, no more.' }, 'bare');
  const usage = (await talk.ask('Hello.')).at(-1);
  expect(usage).toMatchObject({ type: 'usage-reported', outputTokens: 6 });
  expect(usage?.type === 'usage-reported' && usage.inputTokens).toBeGreaterThan(100);
});

describe('what goes wrong', () => {
  test.each([
    [{ kind: 'refuse' }, 'closed', undefined],
    [{ kind: 'status', status: 401 }, 'unauthorized', 401],
    [{ kind: 'status', status: 403 }, 'unauthorized', 403],
    [{ kind: 'status', status: 429, retryAfterS: 7 }, 'rate-limited', 429],
    [{ kind: 'status', status: 400 }, 'rejected', 400],
    [{ kind: 'status', status: 503 }, 'overloaded', 503],
    [{ kind: 'malformed' }, 'malformed', undefined],
    [{ kind: 'abrupt-close' }, 'closed', undefined],
  ] as const)('%j before the answer is %s', async (fault, expected, status) => {
    await using talk = await chatWith({ answer: () => 'Hello there, my friend.' });
    talk.simulator.fail(fault, 'first-use', 1);
    const error = await failureOf(talk.ask('Hello.'));
    expect(error).toMatchObject({ fault: expected, status, stage: 'generator', provider: 'test' });
    expect(error.retryAfterMs).toBe('retryAfterS' in fault ? 7_000 : undefined);
    expect(JSON.stringify(error)).not.toContain(talk.simulator.key);
    expect(error.cause).toBeUndefined();
    expect(textOf(await talk.ask('Hello.'))).toBe('Hello there, my friend.');
  });

  test.each([
    ['malformed', 'malformed'],
    ['abrupt-close', 'closed'],
  ] as const)('%s in the middle is %s, after the usage so far', async (kind, expected) => {
    await using talk = await chatWith({ answer: () => 'Hello there, my friend.' });
    talk.simulator.fail({ kind }, 'mid-stream', 1);
    const events: GeneratorEvent[] = [];
    const error = await failureOf(talk.ask('Hello.', undefined, events));
    expect(error.fault).toBe(expected);
    expect(events.map(({ type }) => type)).toEqual(['text-delta', 'usage-reported']);
  });

  test('a refused connection is unreachable', async () => {
    const talk = await chatWith({});
    await talk.simulator[Symbol.asyncDispose]();
    expect(await failureOf(talk.ask('Hello.'))).toMatchObject({ fault: 'unreachable' });
    await talk[Symbol.asyncDispose]();
  });
});

describe('being stopped', () => {
  test.each(['stall', 'half-open'] as const)(
    'ends at once on a connection that is %s',
    async (kind) => {
      await using talk = await chatWith({ answer: () => 'Hello there, my friend.' });
      talk.simulator.fail({ kind }, 'first-use', 1);
      const controller = new AbortController();
      const asked = talk.ask('Hello.', controller.signal);
      await talk.until(() => talk.simulator.requests > 0);
      controller.abort();
      expect(textOf(await asked)).toBe('');
    },
  );

  test('in the middle keeps what was said and reports what is known', async () => {
    await using talk = await chatWith({ answer: () => 'Hello there, my friend.' });
    talk.simulator.fail({ kind: 'stall' }, 'mid-stream', 1);
    const controller = new AbortController();
    const events: GeneratorEvent[] = [];
    for await (const event of talk.generate('Hello.', controller.signal)) {
      events.push(event);
      if (event.type === 'text-delta') controller.abort();
    }
    expect(events.map(({ type }) => type)).toEqual(['text-delta', 'usage-reported']);
    await talk.until(() => talk.simulator.open === 0);
  });

  test('by leaving the loop closes the request', async () => {
    await using talk = await chatWith({ answer: () => 'Hello there, my friend.' });
    talk.simulator.fail({ kind: 'stall' }, 'mid-stream', 1);
    for await (const event of talk.generate('Hello.')) {
      if (event.type === 'text-delta') break;
    }
    await talk.until(() => talk.simulator.open === 0);
    expect(talk.simulator.complaints).toEqual([]);
  });
});

test('the probe asks for the models and tells a wrong key', async () => {
  await using talk = await chatWith({});
  await talk.generator.probe?.(new AbortController().signal);
  talk.simulator.fail({ kind: 'status', status: 401 }, 'first-use', 1);
  const probe = talk.generator.probe?.(new AbortController().signal);
  await expect(probe).rejects.toMatchObject({ fault: 'unauthorized', status: 401 });
  expect(talk.simulator.complaints).toEqual([]);
});

test('while calls run the connection is kept warm, once for all of them', async () => {
  const clock = new FakeClock();
  await using talk = await chatWith({}, 'openai', { clock });
  const first = talk.generator.prepare?.();
  const second = talk.generator.prepare?.();
  await talk.until(() => talk.simulator.requests === 1 && talk.simulator.open === 0);
  await clock.advance(45_000);
  await talk.until(() => talk.simulator.requests === 2);
  first?.();
  expect(clock.pendingTimers).toBe(1);
  second?.();
  expect(clock.pendingTimers).toBe(0);
});

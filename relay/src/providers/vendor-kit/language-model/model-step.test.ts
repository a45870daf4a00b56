import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { dynamicTool, jsonSchema, tool, zodSchema, type ToolSet } from '@ai-sdk/provider-utils';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { ModelStep } from './model-step.ts';

const asked: unknown[] = [];
const tools: ToolSet = {
  weigh: tool({
    description: 'Weighs something.',
    inputSchema: zodSchema(z.object({ thing: z.string() })),
    execute: ({ thing }) => {
      asked.push(thing);
      if (thing === 'nothing') throw new Error('secret-1');
      return `${thing} weighs a pound`;
    },
  }),
  // As MCP servers' tools are: nothing is checked here.
  trusting: dynamicTool({
    description: 'Takes anything.',
    inputSchema: jsonSchema({ type: 'object' }),
    execute: (input) => {
      asked.push(input);
      return 'done';
    },
  }),
};

function modelOf(doStream: LanguageModelV4['doStream']): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'test',
    modelId: 'test',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('Only streams')),
    doStream,
  };
}

/** @param isOpen - nothing more comes, and no end either */
function streamOf(parts: readonly LanguageModelV4StreamPart[], isOpen = false) {
  const cancelled = Promise.withResolvers<void>();
  const stream = new ReadableStream<LanguageModelV4StreamPart>({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      if (!isOpen) controller.close();
    },
    cancel: () => cancelled.resolve(),
  });
  return { stream, cancelled: cancelled.promise };
}

async function begin(
  parts: readonly LanguageModelV4StreamPart[],
  abortSignal = new AbortController().signal,
): Promise<ModelStep> {
  const { stream } = streamOf(parts);
  const model = modelOf(() => Promise.resolve({ stream }));
  const step = await ModelStep.begin(model, { prompt: [], abortSignal }, tools);
  return step!;
}

async function messagesAfter(parts: readonly LanguageModelV4StreamPart[]) {
  const step = await begin(parts);
  const types: string[] = [];
  for (let part = await step.next(); part !== undefined; part = await step.next()) {
    types.push(part.type);
  }
  expect(types).toEqual(parts.map(({ type }) => type));
  return step.messages();
}

const called = (toolName: string, input: string): LanguageModelV4StreamPart => ({
  type: 'tool-call',
  toolCallId: 'call-1',
  toolName,
  input,
});

test('an answer without tools needs no further step', async () => {
  expect(
    await messagesAfter([
      { type: 'text-start', id: '0' },
      { type: 'text-delta', id: '0', delta: 'Hello.' },
      { type: 'text-end', id: '0' },
    ]),
  ).toEqual([]);
});

test('the next step repeats what was said and thought, with the vendor’s own marks', async () => {
  const signature = { vendor: { signature: 's-1' } };
  expect(
    await messagesAfter([
      { type: 'reasoning-start', id: '0' },
      { type: 'reasoning-delta', id: '0', delta: 'A scale ' },
      { type: 'reasoning-delta', id: '0', delta: 'helps.' },
      { type: 'reasoning-end', id: '0', providerMetadata: signature },
      // The same number, of another kind.
      { type: 'text-start', id: '0' },
      { type: 'text-delta', id: '0', delta: 'Let me ' },
      { type: 'text-delta', id: '0', delta: 'see.' },
      { type: 'text-end', id: '0' },
      { type: 'text-start', id: '1' },
      { type: 'text-end', id: '1' },
      { ...called('weigh', '{"thing":"cat"}'), providerMetadata: signature } as never,
    ]),
  ).toEqual([
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'A scale helps.', providerOptions: signature },
        { type: 'text', text: 'Let me see.' },
        {
          type: 'tool-call',
          toolCallId: 'call-1',
          toolName: 'weigh',
          input: { thing: 'cat' },
          providerOptions: signature,
        },
      ],
    },
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'call-1',
          toolName: 'weigh',
          output: { type: 'text', value: 'cat weighs a pound' },
        },
      ],
    },
  ]);
});

describe('a tool that cannot be used is told of in words', () => {
  test.each([
    ['fly', '{}', /no tool "fly"/],
    ['toString', '{}', /no tool "toString"/],
    ['weigh', '{"thing":1}', /thing/],
    ['weigh', '', /thing/],
    ['weigh', '{"thing":', /does not fit/],
    ['trusting', '{"thing":', /not a JSON object/],
    ['trusting', '["thing"]', /not a JSON object/],
    ['weigh', '{"thing":"nothing"}', /^The tool failed\.$/],
  ])('%s %s', async (name, input, words) => {
    const [assistant, result] = await messagesAfter([called(name, input)]);
    // Vendors take nothing but an object.
    expect(assistant?.content).toMatchObject([{ input: expect.any(Object) as object }]);
    expect(result?.content).toMatchObject([
      { output: { type: 'error-text', value: expect.stringMatching(words) as string } },
    ]);
  });
});

test('a tool begins when the reader goes on after its call, not when the answer has ended', async () => {
  asked.length = 0;
  const { stream } = streamOf([called('weigh', '{"thing":"dog"}')], true);
  const { signal } = new AbortController();
  const model = modelOf(() => Promise.resolve({ stream }));
  const step = await ModelStep.begin(model, { prompt: [], abortSignal: signal }, tools);
  await step!.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual([]);
  const next = step!.next();
  await expect.poll(() => asked).toEqual(['dog']);
  step!.end();
  expect(await next).toBeUndefined();
});

describe('aborted', () => {
  test('while the vendor says nothing, it ends at once and lets go of the answer', async () => {
    const controller = new AbortController();
    const { stream, cancelled } = streamOf([{ type: 'text-start', id: '0' }], true);
    const model = modelOf(() => Promise.resolve({ stream }));
    const step = await ModelStep.begin(
      model,
      { prompt: [], abortSignal: controller.signal },
      tools,
    );
    await step!.next();
    const next = step!.next();
    controller.abort();
    expect(await next).toBeUndefined();
    await cancelled;
  });

  test('before there is an answer, it ends at once; one that comes late is let go', async () => {
    const controller = new AbortController();
    const late = Promise.withResolvers<Awaited<ReturnType<LanguageModelV4['doStream']>>>();
    const { stream, cancelled } = streamOf([], true);
    const begun = ModelStep.begin(
      modelOf(() => late.promise),
      { prompt: [], abortSignal: controller.signal },
      tools,
    );
    controller.abort();
    expect(await begun).toBeUndefined();
    late.resolve({ stream });
    await cancelled;
  });

  test('before there is an answer, a refusal that comes late is handled', async () => {
    const controller = new AbortController();
    const late = Promise.withResolvers<never>();
    const begun = ModelStep.begin(
      modelOf(() => late.promise),
      { prompt: [], abortSignal: controller.signal },
      tools,
    );
    controller.abort();
    expect(await begun).toBeUndefined();
    late.reject(new Error('late'));
    // Time for it to be found unhandled, if it were not handled.
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('from the start, the vendor is not asked at all', async () => {
    const doStream = vi.fn<LanguageModelV4['doStream']>();
    const abortSignal = AbortSignal.abort();
    const step = await ModelStep.begin(modelOf(doStream), { prompt: [], abortSignal }, tools);
    expect(step).toBeUndefined();
    expect(doStream).not.toHaveBeenCalled();
  });
});

test('what the stream fails with is thrown where it is read', async () => {
  const stream = new ReadableStream<LanguageModelV4StreamPart>({
    pull: (controller) => controller.error(new Error('cut')),
  });
  const { signal } = new AbortController();
  const model = modelOf(() => Promise.resolve({ stream }));
  const step = await ModelStep.begin(model, { prompt: [], abortSignal: signal }, tools);
  await expect(step!.next()).rejects.toThrow('cut');
  step!.end();
});

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { sseEvent } from '../kit/http-answers.ts';
import {
  streamEvents,
  tokensOf,
  turnFor,
  type Asked,
  type ToolUse,
  type Turn,
} from '../language-models/language-model-behaviour.ts';
import { readRequest, Refusal, type Endpoint, type Flavour } from './answering.ts';

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });
const content = z.union([z.string(), z.array(textPart).min(1)]);
const name = z.string().optional();
const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
});
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content, name }),
  z.strictObject({ role: z.literal('user'), content, name }),
  z
    .strictObject({
      role: z.literal('assistant'),
      content: content.nullish(),
      reasoning: z.string().optional(),
      tool_calls: z.array(toolCall).min(1).optional(),
      name,
    })
    .refine(({ content: said, tool_calls: calls }) => said != null || calls !== undefined),
  z.strictObject({ role: z.literal('tool'), tool_call_id: z.string().min(1), content }),
]);
const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().regex(/^[\w-]{1,64}$/),
    description: z.string().optional(),
    parameters: z.looseObject({ type: z.literal('object') }),
    strict: z.boolean().nullish(),
  }),
});
const body = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  stream: z.literal(true),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).nullish(),
  tools: z.array(tool).min(1).optional(),
  tool_choice: z.enum(['none', 'auto', 'required']).optional(),
  parallel_tool_calls: z.boolean().optional(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  seed: z.int().nullish(),
  user: z.string().optional(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high']).nullish(),
  verbosity: z.string().nullish(),
  chat_template_kwargs: z.strictObject({ enable_thinking: z.boolean() }).optional(),
  store: z.boolean().nullish(),
  service_tier: z.string().nullish(),
});
type Body = z.infer<typeof body>;

/** `POST /v1/chat/completions`, streaming. */
export async function complete(
  { server, behaviour, flavour }: Endpoint,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = await readRequest(request, body);
  if (flavour === 'openai' && asked.chat_template_kwargs !== undefined)
    throw new Refusal(400, "Unknown parameter: 'chat_template_kwargs'.", 'unknown_parameter');
  checkToolOrder(asked);
  const turn = turnFor(behaviour, questionIn(asked));
  const usage = usageOf(asked, turn);
  const isUsageWanted =
    (flavour === 'openai' || flavour === 'compatible') &&
    asked.stream_options?.include_usage === true;
  const base = {
    id: 'chatcmpl-simulated',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: asked.model,
  };
  const chunk = (delta: object, finish: string | null = null, more: object = {}) =>
    sseEvent({
      ...base,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(isUsageWanted ? { usage: null } : {}),
      ...more,
    });
  const said = deltasOf(turn).map((delta) => chunk(delta));
  const last = chunk(
    {},
    finishReasonOf(turn),
    flavour === 'groq' ? { x_groq: { id: 'req', usage } } : {},
  );
  const { think } = behaviour;
  await streamEvents(response, server.plan, {
    delayMs: behaviour.firstTokenDelayMs,
    opening: [
      chunk({ role: 'assistant', content: '' }),
      ...(think === undefined ? [] : [chunk(thought(think, flavour))]),
      ...said.slice(0, 1),
    ],
    rest: [
      ...said.slice(1),
      last,
      ...(isUsageWanted ? [sseEvent({ ...base, choices: [], usage })] : []),
      sseEvent('[DONE]'),
    ],
  });
}

function finishReasonOf(turn: Turn): string {
  if (turn.kind === 'tool') return 'tool_calls';
  return turn.isRefusal === true ? 'content_filter' : 'stop';
}

/** A small server leaves the model's own tags in the text. */
function thought(text: string, flavour: Flavour): object {
  if (flavour === 'bare') return { content: `<think>${text}</think>` };
  return flavour === 'groq' ? { reasoning: text } : { reasoning_content: text };
}

/** Text word by word; a tool's arguments in two halves, as they are really cut. */
function deltasOf(turn: Turn): object[] {
  return turn.kind === 'text'
    ? turn.words.map((word) => ({ content: word }))
    : toolDeltas(turn.use).map((delta) => ({ tool_calls: [{ index: 0, ...delta }] }));
}

function toolDeltas({ name: toolName, input }: ToolUse): object[] {
  const text = JSON.stringify(input);
  const half = Math.ceil(text.length / 2);
  return [
    { id: 'call_simulated', type: 'function', function: { name: toolName, arguments: '' } },
    { function: { arguments: text.slice(0, half) } },
    { function: { arguments: text.slice(half) } },
  ];
}

function questionIn({ messages, tool_choice: choice, tools = [] }: Body): Asked {
  const spokenAt = messages.findLastIndex(({ role }) => role === 'user');
  return {
    question: textOf(messages[spokenAt]?.content),
    toolResults: messages
      .slice(spokenAt)
      .filter(({ role }) => role === 'tool')
      .map((each) => textOf(each.content)),
    toolNames: choice === 'none' ? [] : tools.map((each) => each.function.name),
  };
}

/** @throws Refusal if a tool's answer does not follow the call that it answers */
function checkToolOrder({ messages }: Body): void {
  const called = new Set<string>();
  for (const each of messages) {
    if (each.role === 'assistant') for (const { id } of each.tool_calls ?? []) called.add(id);
    if (each.role === 'tool' && !called.has(each.tool_call_id)) {
      const complaint = `A tool message answers "${each.tool_call_id}", which was never called.`;
      throw new Refusal(400, complaint, 'invalid_value');
    }
  }
}

function textOf(said: z.infer<typeof content> | null | undefined): string {
  return typeof said === 'string' ? said : (said ?? []).map(({ text }) => text).join('');
}

function usageOf(asked: Body, turn: Turn) {
  const prompt_tokens = asked.messages.reduce(
    (sum, each) => sum + tokensOf(textOf(each.content)),
    0,
  );
  const completion_tokens = tokensOf(
    turn.kind === 'text' ? turn.words.join('') : JSON.stringify(turn.use),
  );
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

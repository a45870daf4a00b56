import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import {
  streamEvents,
  tokensOf,
  turnFor,
  type Asked,
  type Turn,
} from '../language-models/language-model-behaviour.ts';
import { readRequest, Refusal, type Endpoint } from './answering.ts';

const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string() });
const outputText = z.strictObject({ type: z.literal('output_text'), text: z.string() });
const id = z.string().optional();
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['developer', 'system']), content: z.string().min(1) }),
  z.strictObject({ role: z.literal('user'), content: z.array(inputText).min(1) }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.union([z.string().min(1), z.array(outputText).min(1)]),
    id,
    phase: z.string().optional(),
  }),
]);
const item = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function_call'),
    call_id: z.string().min(1),
    name: z.string().min(1),
    arguments: z.string(),
    id,
  }),
  z.strictObject({
    type: z.literal('function_call_output'),
    call_id: z.string().min(1),
    output: z.string(),
  }),
  z.strictObject({
    type: z.literal('reasoning'),
    id,
    summary: z.array(z.looseObject({})),
    encrypted_content: z.string().nullish(),
  }),
]);
const body = z.strictObject({
  model: z.string().min(1),
  input: z.array(z.union([message, item])).min(1),
  stream: z.literal(true),
  store: z.boolean().optional(),
  include: z.array(z.literal('reasoning.encrypted_content')).optional(),
  max_output_tokens: z.int().min(16).optional(),
  reasoning: z
    .strictObject({ effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']) })
    .optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        name: z.string().regex(/^[\w-]{1,64}$/),
        description: z.string().optional(),
        parameters: z.looseObject({ type: z.literal('object') }),
        strict: z.boolean().nullish(),
      }),
    )
    .optional(),
  tool_choice: z.enum(['none', 'auto', 'required']).optional(),
});
type Body = z.infer<typeof body>;
type Event = { readonly type: string; readonly item?: object } & Readonly<Record<string, unknown>>;

/** `POST /v1/responses`, streaming, nothing of which is kept. */
export async function respond(
  { server, behaviour, flavour }: Endpoint,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (flavour !== 'openai') throw new Refusal(404, 'Not found.', null);
  const asked = await readRequest(request, body);
  checkToolOrder(asked);
  const turn = turnFor(behaviour, questionIn(asked));
  const base = { id: 'resp_simulated', object: 'response', created_at: 1_700_000_000 };
  const whole = { ...base, model: asked.model, output: [], error: null, incomplete_details: null };
  const thinking = behaviour.think === undefined ? [] : thoughtEvents();
  const said = answerEvents(turn, thinking.length > 0 ? 1 : 0);
  const isRefusal = turn.kind === 'text' && turn.isRefusal === true;
  const last: Event = {
    type: isRefusal ? 'response.incomplete' : 'response.completed',
    response: {
      ...whole,
      output: [...thinking, ...said].flatMap((event) =>
        event.type === 'response.output_item.done' ? [event.item] : [],
      ),
      status: isRefusal ? 'incomplete' : 'completed',
      incomplete_details: isRefusal ? { reason: 'content_filter' } : null,
      usage: usageOf(asked, turn),
    },
  };
  const events: readonly Event[] = [
    { type: 'response.created', response: { ...whole, status: 'in_progress' } },
    { type: 'response.in_progress', response: { ...whole, status: 'in_progress' } },
    ...thinking,
    ...said,
    last,
  ];
  const wire = events.map((event, index) => {
    const data = JSON.stringify({ ...event, sequence_number: index });
    return `event: ${event.type}\ndata: ${data}\n\n`;
  });
  const first = events.findIndex(({ type }) => type.endsWith('.delta'));
  const split = first < 0 ? wire.length - 1 : first + 1;
  await streamEvents(response, server.plan, {
    delayMs: behaviour.firstTokenDelayMs,
    opening: wire.slice(0, split),
    rest: wire.slice(split),
  });
}

/** Thoughts are not shown, only that there are some. */
function thoughtEvents(): Event[] {
  const thought = { id: 'rs_simulated', type: 'reasoning', summary: [], encrypted_content: 'c2Vj' };
  return [
    { type: 'response.output_item.added', output_index: 0, item: thought },
    { type: 'response.output_item.done', output_index: 0, item: thought },
  ];
}

function answerEvents(turn: Turn, index: number): Event[] {
  const at = { output_index: index };
  if (turn.kind === 'tool') {
    const call = {
      id: 'fc_simulated',
      type: 'function_call',
      status: 'in_progress',
      call_id: 'call_simulated',
      name: turn.use.name,
    };
    const json = JSON.stringify(turn.use.input);
    const half = Math.ceil(json.length / 2);
    const piece = { type: 'response.function_call_arguments.delta', item_id: call.id, ...at };
    const done = { ...call, status: 'completed', arguments: json };
    return [
      { type: 'response.output_item.added', ...at, item: { ...call, arguments: '' } },
      { ...piece, delta: json.slice(0, half) },
      { ...piece, delta: json.slice(half) },
      { ...piece, type: 'response.function_call_arguments.done', arguments: json },
      { type: 'response.output_item.done', ...at, item: done },
    ];
  }
  if (turn.isRefusal === true) return [];
  const text = turn.words.join('');
  const written = { id: 'msg_simulated', type: 'message', role: 'assistant' };
  const part = { type: 'output_text', text, annotations: [], logprobs: [] };
  const inPart = { item_id: written.id, ...at, content_index: 0 };
  return [
    {
      type: 'response.output_item.added',
      ...at,
      item: { ...written, status: 'in_progress', content: [] },
    },
    { type: 'response.content_part.added', ...inPart, part: { ...part, text: '' } },
    ...turn.words.map((delta) => ({
      type: 'response.output_text.delta',
      ...inPart,
      delta,
      logprobs: [],
    })),
    { type: 'response.output_text.done', ...inPart, text, logprobs: [] },
    { type: 'response.content_part.done', ...inPart, part },
    {
      type: 'response.output_item.done',
      ...at,
      item: { ...written, status: 'completed', content: [part] },
    },
  ];
}

function questionIn({ input, tools = [], tool_choice: choice }: Body): Asked {
  const spokenAt = input.findLastIndex((each) => 'role' in each && each.role === 'user');
  const spoken = input[spokenAt];
  const content = spoken !== undefined && 'role' in spoken ? spoken.content : '';
  return {
    question: typeof content === 'string' ? content : content.map(({ text }) => text).join(''),
    toolResults: input
      .slice(spokenAt)
      .flatMap((each) =>
        'type' in each && each.type === 'function_call_output' ? [each.output] : [],
      ),
    toolNames: choice === 'none' ? [] : tools.map(({ name }) => name),
  };
}

/** @throws Refusal if a tool's answer does not follow the call that it answers */
function checkToolOrder({ input }: Body): void {
  const called = new Set<string>();
  for (const each of input) {
    if (!('type' in each)) continue;
    if (each.type === 'function_call') called.add(each.call_id);
    if (each.type === 'function_call_output' && !called.has(each.call_id)) {
      const complaint = `No tool call found for function call output with call_id ${each.call_id}.`;
      throw new Refusal(400, complaint, null, 'input');
    }
  }
}

function usageOf(asked: Body, turn: Turn) {
  const input_tokens = tokensOf(JSON.stringify(asked.input));
  const written = turn.kind === 'text' ? turn.words.join('') : JSON.stringify(turn.use);
  const output_tokens = tokensOf(written);
  return {
    input_tokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input_tokens + output_tokens,
  };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { SimulatorServer } from '../kit/simulator-server.ts';
import type { Simulator } from '../kit/simulator.ts';
import {
  readJson,
  sendJson,
  streamEvents,
  tokensOf,
  turnFor,
  type Asked,
  type LanguageModelBehaviour,
} from './language-model-behaviour.ts';

/**
 * - `openai`: usage comes in a chunk of its own, and only when `stream_options` asks for it
 * - `groq`: under `/openai/v1`, usage comes in the last chunk's `x_groq`, unasked
 * - `bare`: like `openai`, but never tells usage and asks for no key, as some small servers do
 */
export type ChatFlavour = 'openai' | 'groq' | 'bare';

const content = z.union([
  z.string(),
  z.array(z.strictObject({ type: z.literal('text'), text: z.string() })),
]);

const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
});

const chatRequest = z.strictObject({
  model: z.string().min(1),
  stream: z.literal(true),
  stream_options: z.strictObject({ include_usage: z.boolean() }).optional(),
  messages: z
    .array(
      z.discriminatedUnion('role', [
        z.strictObject({ role: z.literal('system'), content }),
        z.strictObject({ role: z.literal('user'), content }),
        z.strictObject({
          role: z.literal('assistant'),
          content: content.nullish(),
          reasoning: z.string().optional(),
          tool_calls: z.array(toolCall).min(1).optional(),
        }),
        z.strictObject({ role: z.literal('tool'), tool_call_id: z.string(), content }),
      ]),
    )
    .min(1),
  max_tokens: z.int().positive().optional(),
  max_completion_tokens: z.int().positive().optional(),
  temperature: z.number().min(0).max(2).optional(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high']).optional(),
  parallel_tool_calls: z.boolean().optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({
          name: z.string().regex(/^[\w-]{1,64}$/),
          description: z.string().optional(),
          parameters: z.looseObject({ type: z.literal('object') }),
          strict: z.boolean().optional(),
        }),
      }),
    )
    .min(1)
    .optional(),
  tool_choice: z.enum(['auto', 'none', 'required']).optional(),
});

type ChatRequest = z.infer<typeof chatRequest>;

/** A server with the OpenAI-style `/v1/chat/completions` and `/v1/models`. */
export async function startChatCompletionsSimulator(
  behaviour: LanguageModelBehaviour = {},
  flavour: ChatFlavour = 'openai',
): Promise<Simulator> {
  const root = flavour === 'groq' ? '/openai/v1' : '/v1';
  const server = new SimulatorServer({
    async request(request, response) {
      const isModels = request.method === 'GET' && request.url === `${root}/models`;
      const isChat = request.method === 'POST' && request.url === `${root}/chat/completions`;
      if (!isModels && !isChat) return false;
      if (flavour !== 'bare' && request.headers.authorization !== `Bearer ${server.key}`) {
        return refuse(response, 401, 'invalid_request_error', 'invalid_api_key');
      }
      if (isModels) {
        const model = { id: 'simulated', object: 'model', created: 0, owned_by: 'simulator' };
        return sendJson(response, 200, { object: 'list', data: [model] });
      }
      return chat(server, behaviour, flavour, request, response);
    },
  });
  return server.listen();
}

async function chat(
  server: SimulatorServer,
  behaviour: LanguageModelBehaviour,
  flavour: ChatFlavour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const parsed = chatRequest.safeParse(await readJson(request));
  if (!parsed.success) {
    server.complain(`chat/completions: ${z.prettifyError(parsed.error)}`);
    return refuse(response, 400, 'invalid_request_error', 'invalid_value');
  }
  const body = parsed.data;
  const complaint = wrongOrder(body);
  if (complaint !== undefined) {
    server.complain(complaint);
    return refuse(response, 400, 'invalid_request_error', 'invalid_value');
  }
  const [opening, rest] = chunksOf(body, behaviour, flavour);
  await streamEvents(response, server.plan, {
    delayMs: behaviour.firstTokenDelayMs,
    opening: opening.map(asEvent),
    rest: [...rest.map(asEvent), 'data: [DONE]\n\n'],
  });
  return true;
}

function chunksOf(
  body: ChatRequest,
  behaviour: LanguageModelBehaviour,
  flavour: ChatFlavour,
): readonly [opening: unknown[], rest: unknown[]] {
  const turn = turnFor(behaviour, askedBy(body));
  const usage = {
    prompt_tokens: tokensOf(JSON.stringify(body.messages)),
    completion_tokens: tokensOf(
      turn.kind === 'text' ? turn.words.join('') : JSON.stringify(turn.use),
    ),
    total_tokens: 0,
  };
  usage.total_tokens = usage.prompt_tokens + usage.completion_tokens;
  const base = {
    id: 'chatcmpl-simulated',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: body.model,
  };
  const chunk = (delta: object, finish: string | null = null, more: object = {}) => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  });
  const thoughts = behaviour.think === undefined ? [] : [chunk(thought(behaviour.think, flavour))];
  const said =
    turn.kind === 'text'
      ? turn.words.map((word) => chunk({ content: word }))
      : toolDeltas(turn.use).map((delta) => chunk({ tool_calls: [delta] }));
  const reason = turn.kind === 'text' ? 'stop' : 'tool_calls';
  const last = chunk({}, reason, flavour === 'groq' ? { x_groq: { id: 'req', usage } } : {});
  const isUsageAsked = flavour === 'openai' && body.stream_options?.include_usage === true;
  return [
    [chunk({ role: 'assistant', content: '' }), ...thoughts, ...said.slice(0, 1)],
    [...said.slice(1), last, ...(isUsageAsked ? [{ ...base, choices: [], usage }] : [])],
  ];
}

/** A small server leaves the model's own tags in the text. */
function thought(text: string, flavour: ChatFlavour): object {
  if (flavour === 'bare') return { content: `<think>${text}</think>` };
  return flavour === 'groq' ? { reasoning: text } : { reasoning_content: text };
}

function toolDeltas(use: { readonly name: string; readonly input: object }): object[] {
  const text = JSON.stringify(use.input);
  const half = Math.floor(text.length / 2);
  return [
    {
      index: 0,
      id: 'call_simulated',
      type: 'function',
      function: { name: use.name, arguments: '' },
    },
    { index: 0, function: { arguments: text.slice(0, half) } },
    { index: 0, function: { arguments: text.slice(half) } },
  ];
}

function askedBy({ messages, tool_choice: choice, tools = [] }: ChatRequest): Asked {
  const spokenAt = messages.findLastIndex(({ role }) => role === 'user');
  return {
    question: textOf(messages[spokenAt]?.content),
    toolResults: messages
      .slice(spokenAt)
      .filter(({ role }) => role === 'tool')
      .map((message) => textOf(message.content)),
    toolNames: choice === 'none' ? [] : tools.map((tool) => tool.function.name),
  };
}

function textOf(value: z.infer<typeof content> | null | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).map(({ text }) => text).join('');
}

/** A tool's answer must follow the call it answers. */
function wrongOrder(body: ChatRequest): string | undefined {
  const called = new Set<string>();
  for (const message of body.messages) {
    if (message.role === 'assistant') for (const { id } of message.tool_calls ?? []) called.add(id);
    if (message.role === 'tool' && !called.has(message.tool_call_id)) {
      return `A tool message answers "${message.tool_call_id}", which was never called.`;
    }
  }
  return undefined;
}

function refuse(response: ServerResponse, status: number, type: string, code: string): true {
  const error = { message: `Simulated refusal: ${code}.`, type, param: null, code };
  return sendJson(response, status, { error });
}

function asEvent(chunk: unknown): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

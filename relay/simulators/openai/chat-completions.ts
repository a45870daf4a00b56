import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { breakResponse } from '../kit/simulator-server.ts';
import {
  beforeAnswer,
  inPieces,
  readJson,
  sendJson,
  sseEvent,
  startSse,
  write,
  type Endpoint,
} from './answering.ts';

const textPart = z.object({ type: z.literal('text'), text: z.string() });
const content = z.union([z.string(), z.array(textPart).min(1)]);
const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
});
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content, name: z.string().optional() }),
  z.strictObject({ role: z.literal('user'), content, name: z.string().optional() }),
  z
    .strictObject({
      role: z.literal('assistant'),
      content: content.nullish(),
      tool_calls: z.array(toolCall).min(1).optional(),
      name: z.string().optional(),
    })
    .refine(({ content: said, tool_calls }) => said != null || tool_calls !== undefined),
  z.strictObject({ role: z.literal('tool'), tool_call_id: z.string().min(1), content }),
]);
const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().regex(/^[\w-]{1,64}$/),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    strict: z.boolean().nullish(),
  }),
});
const body = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).nullish(),
  tools: z.array(tool).min(1).optional(),
  tool_choice: z.union([z.enum(['none', 'auto', 'required']), z.object({})]).optional(),
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
  reasoning_effort: z.string().nullish(),
  verbosity: z.string().nullish(),
  store: z.boolean().nullish(),
  service_tier: z.string().nullish(),
});
type Body = z.infer<typeof body>;
type ToolCall = z.infer<typeof toolCall>;

type Answer =
  | { readonly finish: 'stop'; readonly text: string }
  | { readonly finish: 'tool_calls'; readonly calls: readonly ToolCall[] };

/** `POST /v1/chat/completions`. */
export async function complete(
  endpoint: Endpoint,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = await readJson(request, body);
  const answer = answerTo(asked, endpoint);
  const usage = usageOf(asked, answer);
  const head = { id: 'chatcmpl-simulated', created: 1_700_000_000, model: asked.model };
  if (!(await beforeAnswer(endpoint, response, endpoint.behaviour.firstTokenDelayMs))) return;
  if (asked.stream !== true) {
    const said =
      answer.finish === 'stop'
        ? { role: 'assistant', content: answer.text, refusal: null }
        : { role: 'assistant', content: null, refusal: null, tool_calls: answer.calls };
    const choice = { index: 0, message: said, logprobs: null, finish_reason: answer.finish };
    return sendJson(response, 200, {
      ...head,
      object: 'chat.completion',
      choices: [choice],
      usage,
    });
  }
  const withUsage = asked.stream_options?.include_usage === true;
  const chunk = (delta: object, finish: string | null = null) =>
    sseEvent({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(withUsage ? { usage: null } : {}),
    });
  startSse(response);
  if (!(await write(response, chunk({ role: 'assistant', content: '' })))) return;
  for (const [index, delta] of deltasOf(answer).entries()) {
    if (!(await write(response, chunk(delta)))) return;
    if (index === 0 && breakResponse(response, endpoint.server.plan.take('mid-stream'))) return;
  }
  await write(response, chunk({}, answer.finish));
  if (withUsage)
    await write(
      response,
      sseEvent({ ...head, object: 'chat.completion.chunk', choices: [], usage }),
    );
  response.end(sseEvent('[DONE]'));
}

function answerTo(asked: Body, { behaviour }: Endpoint): Answer {
  const question = textOf(asked.messages.findLast(({ role }) => role === 'user')?.content);
  const offered = (asked.tools ?? []).map((entry) => entry.function.name);
  const isQuestion = asked.messages.at(-1)?.role === 'user';
  const call = isQuestion ? behaviour.callTool?.(question, offered) : undefined;
  if (call === undefined)
    return {
      finish: 'stop',
      text: (behaviour.answer ?? ((text) => `You said: ${text}`))(question),
    };
  const made = { name: call.name, arguments: JSON.stringify(call.arguments) };
  return {
    finish: 'tool_calls',
    calls: [{ id: 'call_simulated', type: 'function', function: made }],
  };
}

/** Text word by word; a tool's arguments in two halves, as they are really cut. */
function deltasOf(answer: Answer): object[] {
  if (answer.finish === 'stop') return inPieces(answer.text).map((text) => ({ content: text }));
  return answer.calls.flatMap((call, index) => {
    const { name, arguments: text } = call.function;
    const half = Math.ceil(text.length / 2);
    const begun = { ...call, function: { name, arguments: '' } };
    return [
      { tool_calls: [{ index, ...begun }] },
      { tool_calls: [{ index, function: { arguments: text.slice(0, half) } }] },
      { tool_calls: [{ index, function: { arguments: text.slice(half) } }] },
    ];
  });
}

function textOf(said: z.infer<typeof content> | null | undefined): string {
  if (said == null) return '';
  return typeof said === 'string' ? said : said.map(({ text }) => text).join('');
}

/** Four characters a token: near enough, and easy to foresee. */
function usageOf(asked: Body, answer: Answer) {
  const tokens = (text: string) => Math.ceil(text.length / 4);
  const prompt_tokens = asked.messages.reduce((sum, each) => sum + tokens(textOf(each.content)), 0);
  const completion_tokens = tokens(
    answer.finish === 'stop' ? answer.text : JSON.stringify(answer.calls),
  );
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

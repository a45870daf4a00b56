type Json = Readonly<Record<string, unknown>>;

interface ToolCall extends Json {
  readonly function: { readonly name?: string; readonly arguments?: string };
}

interface Delta {
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly refusal?: string;
  readonly tool_calls?: readonly ToolCall[];
}

/** A chunk of a chat as OpenAI documents it, as far as it is read. */
export interface Chunk {
  readonly id?: string;
  readonly model?: string;
  readonly choices: readonly {
    readonly index: 0;
    readonly delta: Delta;
    readonly finish_reason?: string;
  }[];
  readonly usage?: Json;
}

/**
 * The failure that a document in a stream tells of. Its message is all that the server said: what
 * is read out of a refusal is read there, as if it had come with a status of its own.
 *
 * @param isError - the server says that it is one
 */
export function errorIn(value: unknown, isError: boolean): { error: object } | undefined {
  if (!isJson(value)) return isError ? { error: { message: String(value) } } : undefined;
  const told = value['error'] ?? firstOf(value['choices'])?.['error'];
  const isTold = isJson(told) || (typeof told === 'string' && told !== '');
  const isNamed = value['object'] === 'error' || value['type'] === 'error';
  const isDetail = value['choices'] === undefined && value['detail'] !== undefined;
  if (!isTold && !isNamed && !isDetail && !isError) return undefined;
  const { type, code, status } = (isJson(told) ? told : value) as Json;
  const statusCode = Number(code ?? value['status_code'] ?? status);
  return {
    error: {
      message: JSON.stringify(value),
      ...(typeof type === 'string' && type !== 'error' && { type }),
      ...(Number.isFinite(statusCode) ? { code: statusCode } : { code: textOf(code) }),
    },
  };
}

/**
 * A chunk out of what servers send for one: a whole answer, `message` for `delta`, a document of
 * Ollama's or llama.cpp's own.
 *
 * @param hasBegun - something of the answer was sent before, which a whole one only repeats
 * @returns undefined if there is nothing of an answer in it
 */
export function chunkOf(value: unknown, hasBegun: boolean): Chunk | undefined {
  if (!isJson(value)) return undefined;
  const { choices, object, id, model } = value;
  const choice = firstOf(choices) ?? value;
  const isWhole = object === 'chat.completion';
  const streamed = deltaOf(choice['delta'], false);
  const repeats = hasBegun && (isWhole || choice['delta'] !== undefined);
  const native = choice['text'] ?? choice['response'] ?? choice['content'];
  const delta =
    isEmpty(streamed) && !repeats ? deltaOf(choice['message'] ?? native, true) : streamed;
  const finish_reason = finishOf(choice) ?? (isWhole ? 'stop' : undefined);
  const usage = usageOf(value, choice);
  const isOfAnswer = !isEmpty(delta) || finish_reason !== undefined;
  if (!isOfAnswer && usage === undefined && !Array.isArray(choices)) return undefined;
  return {
    ...(typeof id === 'string' && { id }),
    ...(typeof model === 'string' && { model }),
    choices: isOfAnswer
      ? [{ index: 0, delta, ...(finish_reason !== undefined && { finish_reason }) }]
      : [],
    ...(usage && { usage }),
  };
}

function deltaOf(said: unknown, isWhole: boolean): Delta {
  const message: Json = isJson(said) ? said : { content: said };
  const { content, reasoning_content, reasoning, thinking, refusal } = message;
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
  const text = parts.map((part) => textOf(part)).join('');
  const thought =
    textOf(reasoning_content) || textOf(reasoning) || textOf(thinking) || thoughtIn(parts);
  const calls = callsOf(message, isWhole);
  return {
    ...(text !== '' && { content: text }),
    ...(thought !== '' && { reasoning_content: thought }),
    ...(typeof refusal === 'string' && refusal !== '' && { refusal }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function callsOf({ tool_calls: calls, function_call: older }: Json, isWhole: boolean): ToolCall[] {
  const listed: readonly unknown[] = Array.isArray(calls) ? calls : [calls ?? older];
  return listed.filter(isJson).map((call, at) => {
    const { name, arguments: input } = isJson(call['function']) ? call['function'] : call;
    const isObject = typeof input === 'object' && input !== null;
    // Pieces without an index are put together by the library.
    const index = call['index'] ?? (isWhole || isObject ? at : undefined);
    return {
      ...call,
      ...(index !== undefined && { index }),
      function: {
        ...(typeof name === 'string' && { name }),
        ...(isObject && { arguments: JSON.stringify(input) }),
        ...(typeof input === 'string' && { arguments: input }),
      },
    };
  });
}

function finishOf(choice: Json): string | undefined {
  const { finish_reason, done_reason, done, stop } = choice;
  const reason = finish_reason ?? done_reason;
  if (typeof reason === 'string' && reason !== '') return reason;
  return done === true || stop === true ? 'stop' : undefined;
}

function usageOf(value: Json, choice: Json): Json | undefined {
  const groq = isJson(value['x_groq']) ? value['x_groq']['usage'] : undefined;
  const found = [value['usage'], choice['usage'], groq, value['timings'], value].find(
    (each): each is Json => isJson(each) && promptTokens(each) !== undefined,
  );
  if (found === undefined) return undefined;
  const completion =
    found['completion_tokens'] ??
    found['output_tokens'] ??
    found['eval_count'] ??
    found['predicted_n'];
  return {
    ...(isJson(found['prompt_tokens_details']) && {
      prompt_tokens_details: found['prompt_tokens_details'],
    }),
    ...(isJson(found['completion_tokens_details']) && {
      completion_tokens_details: found['completion_tokens_details'],
    }),
    prompt_tokens: promptTokens(found),
    ...(typeof completion === 'number' && { completion_tokens: completion }),
  };
}

function promptTokens(usage: Json): number | undefined {
  const { prompt_tokens, input_tokens, prompt_eval_count, prompt_n } = usage;
  const count = prompt_tokens ?? input_tokens ?? prompt_eval_count ?? prompt_n;
  return typeof count === 'number' ? count : undefined;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return isJson(value) && typeof value['text'] === 'string' ? value['text'] : '';
}

/** As Mistral has a thought among the parts of the content. */
function thoughtIn(parts: readonly unknown[]): string {
  return parts
    .filter(isJson)
    .map(({ thinking }) =>
      Array.isArray(thinking) ? thinking.map(textOf).join('') : textOf(thinking),
    )
    .join('');
}

function firstOf(list: unknown): Json | undefined {
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  return isJson(first) ? first : undefined;
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

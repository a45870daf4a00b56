import { parseJson } from '../../../base/lib/json.ts';
import type { Logger } from '../../../base/lib/logger.ts';
import { ProviderError, type ProviderFault } from '../../../call/stages/provider-error.ts';
import { isHtml } from '../../vendor-kit/http-client/failure-note.ts';

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
interface Chunk {
  readonly id?: string;
  readonly model?: string;
  readonly choices: readonly {
    readonly index: 0;
    readonly delta: Delta;
    readonly finish_reason?: string;
  }[];
  readonly usage?: Json;
}

/** A document over several lines is tried so often; after that at its end. */
const MAX_TRIES = 64;

interface ChatFramesOptions {
  readonly provider: string;
  readonly logger: Logger;
}

/**
 * `fetch` for the library that reads a chat, in front of servers that answer in another frame than
 * OpenAI's: in one piece, a JSON document a line, as Ollama does by itself, or an error where the
 * stream should be. All become the events that the library reads.
 */
export function chatFrames(
  fetch: typeof globalThis.fetch,
  { provider, logger }: ChatFramesOptions,
): typeof globalThis.fetch {
  let hasWarned = false;
  const onOnePiece = () => {
    if (hasWarned) return;
    hasWarned = true;
    logger.warn(
      { provider },
      'the server answers in one piece instead of a stream: nothing is heard until all of it is there',
    );
  };
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!response.ok || response.body === null) return response;
    const frames = new ChatFrames(provider, onOnePiece);
    const decoder = new TextDecoder();
    const encoder = new TextEncoder();
    type Controller = TransformStreamDefaultController<Uint8Array<ArrayBuffer>>;
    const pass = (events: string[], controller: Controller) => {
      if (events.length > 0) controller.enqueue(encoder.encode(events.join('')));
    };
    const body = response.body.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform: (bytes, controller) =>
          pass(frames.take(decoder.decode(bytes, { stream: true })), controller),
        flush: (controller) => pass(frames.end(decoder.decode()), controller),
      }),
    );
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
}

/** Cuts a body into JSON documents, by whatever frame it has, and makes events of them. */
class ChatFrames {
  readonly #provider: string;
  readonly #onOnePiece: () => void;
  /** The line that has no end yet. */
  #line = '';
  /** JSON that has no end yet, and whether it is the data of an event. */
  #document = '';
  #isData = false;
  #tries = 0;
  #event = '';
  #isHtml = false;
  #isEmpty = true;
  /** Documents that had something of the answer. */
  #pieces = 0;
  #hasCalls = false;
  #isOver = false;

  constructor(provider: string, onOnePiece: () => void) {
    this.#provider = provider;
    this.#onOnePiece = onOnePiece;
  }

  /** @throws ProviderError if no answer can be read of it */
  take(text: string): string[] {
    this.#isEmpty &&= text.trim() === '';
    const lines = (this.#line + text).split(/\r\n|\n|\r(?=[^\n])/);
    this.#line = lines.pop()!;
    return lines.flatMap((line) => this.#read(line));
  }

  /** @throws ProviderError if it broke off, or nothing can be read of it */
  end(text: string): string[] {
    const last = [...this.take(text), ...this.#read(this.#line)];
    this.#tries = 0;
    if (this.#document !== '') last.push(...this.#parsed());
    if (this.#isHtml) throw this.#failure('malformed', 'HTML');
    if (this.#document !== '') throw this.#failure('closed', 'broken off');
    if (this.#isOver) return last;
    // Some servers leave out that they have finished; the body has an end all the same.
    if (this.#pieces > 0) return [...last, ...this.#finish()];
    throw this.#isEmpty
      ? this.#failure('closed', 'empty body')
      : this.#failure('malformed', 'no chat answer');
  }

  #read(written: string): string[] {
    const line = written.trim();
    if (this.#document !== '' && !this.#isData) return line === '' ? [] : this.#added(line, false);
    if (line === '') {
      this.#event = '';
      if (this.#document !== '') throw this.#failure('malformed', 'broken JSON');
      return [];
    }
    if (/^[{[]/.test(line)) return this.#added(line, false);
    const [, field, value = ''] = /^(data|event|error)\s*:\s*(.*)$/.exec(line) ?? [];
    if (field === 'event') this.#event = value;
    // As older servers of llama.cpp have it.
    if (field === 'error') this.#event = 'error';
    if (field === 'data' || field === 'error') return this.#data(value);
    this.#isHtml ||= this.#pieces === 0 && isHtml(line);
    return [];
  }

  #data(value: string): string[] {
    if (value === '') return [];
    if (value === '[DONE]') return this.#isOver || this.#pieces === 0 ? [] : this.#finish();
    if (this.#document === '' && !/^[{["]/.test(value)) {
      if (this.#event === 'error') return this.#understood(value);
      throw this.#failure('malformed', 'broken JSON');
    }
    return this.#added(value, true);
  }

  #added(text: string, isData: boolean): string[] {
    this.#isData = isData;
    this.#document += this.#document === '' ? text : `\n${text}`;
    if (!/[}\]"]$/.test(text) || this.#tries >= MAX_TRIES) return [];
    return this.#parsed();
  }

  /** A document is complete when it can be parsed: not all servers put an empty line behind it. */
  #parsed(): string[] {
    this.#tries += 1;
    const value = parseJson(this.#document);
    if (value === undefined) return [];
    this.#document = '';
    this.#tries = 0;
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.flatMap((each) => this.#understood(each));
  }

  #understood(value: unknown): string[] {
    const error = errorIn(value, this.#event === 'error');
    if (error !== undefined) return this.#failed(error);
    const chunk = chunkOf(value, this.#pieces > 0);
    if (chunk === undefined || this.#isOver) {
      // Usage may come after the end.
      return chunk?.usage === undefined ? [] : [eventOf({ choices: [], usage: chunk.usage })];
    }
    const [choice] = chunk.choices;
    const isFinished = choice?.finish_reason !== undefined;
    if (choice !== undefined && Object.keys(choice.delta).length > 0) {
      if (isFinished && this.#pieces === 0) this.#onOnePiece();
      this.#pieces += 1;
      this.#hasCalls ||= choice.delta.tool_calls !== undefined;
    }
    this.#isOver ||= isFinished;
    return [eventOf(chunk)];
  }

  #finish(): string[] {
    this.#isOver = true;
    const finish_reason = this.#hasCalls ? 'tool_calls' : 'stop';
    return [eventOf({ choices: [{ index: 0, delta: {}, finish_reason }] })];
  }

  #failed(error: object): string[] {
    this.#isOver = true;
    this.#document = '';
    return [eventOf(error)];
  }

  #failure(fault: ProviderFault, note: string): ProviderError {
    return new ProviderError({ provider: this.#provider, stage: 'generator', fault, note });
  }
}

function eventOf(chunk: Chunk | object): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/**
 * The failure that a document in a stream tells of. Its message is all that the server said: what
 * is read out of a refusal is read there, as if it had come with a status of its own.
 *
 * @param isError - the server says that it is one
 */
function errorIn(value: unknown, isError: boolean): { error: object } | undefined {
  if (!isJson(value)) return isError ? { error: { message: String(value) } } : undefined;
  const told = value['error'] ?? firstOf(value['choices'])?.['error'];
  const isTold = isJson(told) || (typeof told === 'string' && told !== '');
  const isNamed = value['object'] === 'error' || value['type'] === 'error';
  const isDetail = value['choices'] === undefined && value['detail'] !== undefined;
  if (!isTold && !isNamed && !isDetail && !isError) return undefined;
  const { type, code, status } = isJson(told) ? told : value;
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
function chunkOf(value: unknown, hasBegun: boolean): Chunk | undefined {
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

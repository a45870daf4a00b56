import { parseJson } from '../../../base/lib/json.ts';
import { ProviderError, type ProviderFault } from '../../../call/stages/provider-error.ts';
import { isHtml } from '../../vendor-kit/http-client/failure-note.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * `fetch` for the library that reads a chat, in front of servers that answer in another frame than
 * OpenAI's: in one piece, a JSON document a line, or an error where the stream should be. All become
 * the events that the library reads.
 */
export function chatFrames(
  fetch: typeof globalThis.fetch,
  provider: string,
): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!response.ok || response.body === null) return response;
    const frames = new ChatFrames(provider);
    const decoder = new TextDecoder();
    const encoder = new TextEncoder();
    const body = response.body.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(bytes, controller) {
          const events = frames.take(decoder.decode(bytes, { stream: true }));
          if (events !== '') controller.enqueue(encoder.encode(events));
        },
        flush: (controller) => controller.enqueue(encoder.encode(frames.end(decoder.decode()))),
      }),
    );
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
}

/** Cuts a body into JSON documents, whatever frame it has, and makes events of them. */
class ChatFrames {
  readonly #provider: string;
  /** The first text that is not blank. */
  #beginning = '';
  /** The line that has no end yet. */
  #line = '';
  /** JSON that has no end yet: not all servers put an empty line behind it, nor all of it on one. */
  #document = '';
  #hasBegun = false;
  #isOver = false;

  constructor(provider: string) {
    this.#provider = provider;
  }

  /** @throws ProviderError if it cannot be read */
  take(text: string): string {
    this.#beginning ||= text.trim();
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop()!;
    return lines.map((line) => this.#read(line.trim())).join('');
  }

  /** @throws ProviderError if it broke off, or nothing can be read of it */
  end(text: string): string {
    const last = this.take(`${text}\n`);
    if (this.#document !== '') throw this.#failure('closed', 'broken off');
    if (this.#beginning === '') throw this.#failure('closed', 'empty body');
    if (!this.#hasBegun) {
      throw this.#failure('malformed', isHtml(this.#beginning) ? 'HTML' : 'no chat answer');
    }
    // Some servers leave out that they have finished; the body has an end all the same.
    return last + this.#finish();
  }

  #read(line: string): string {
    // Older servers of llama.cpp have a field of their own for errors.
    const data = line.replace(/^(?:data|error)\s*:\s*/, '');
    if (data === '[DONE]') return this.#finish();
    if (this.#document === '' && !data.startsWith('{')) return '';
    if (data === '') throw this.#failure('malformed', 'broken JSON');
    this.#document += data;
    const value = data.endsWith('}') ? parseJson(this.#document) : undefined;
    if (value === undefined) return '';
    this.#document = '';
    return this.#understood(value as Json);
  }

  #understood(value: Json): string {
    const error = errorIn(value);
    const chunk = error ?? chunkOf(value);
    if (chunk === undefined) return '';
    const [choice] = chunk.choices ?? [];
    this.#hasBegun ||= error !== undefined || choice !== undefined;
    this.#isOver ||= error !== undefined || choice?.finish_reason !== undefined;
    return eventOf(chunk);
  }

  #finish(): string {
    if (!this.#hasBegun || this.#isOver) return '';
    this.#isOver = true;
    return eventOf({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  }

  #failure(fault: ProviderFault, note: string): ProviderError {
    return new ProviderError({ provider: this.#provider, stage: 'generator', fault, note });
  }
}

function eventOf(document: object): string {
  return `data: ${JSON.stringify(document)}\n\n`;
}

/**
 * The failure that a document in a stream tells of. Its message is all that the server said: what
 * is read out of a refusal is read there, as if it had come with a status of its own.
 */
function errorIn(value: Json): { error: object; choices?: undefined } | undefined {
  const { error, choices, message, detail } = value;
  const isOther = choices === undefined && (typeof message === 'string' || detail !== undefined);
  if (!error && !isOther) return undefined;
  const { type, code, status } = isJson(error) ? error : value;
  return {
    error: {
      message: JSON.stringify(value),
      ...(typeof type === 'string' && { type }),
      code: Number(code ?? status) || code,
    },
  };
}

interface Chunk {
  readonly choices: readonly {
    readonly index: 0;
    readonly delta: Json;
    readonly finish_reason: string | undefined;
  }[];
}

/** @returns a chunk as OpenAI documents it; undefined if there is nothing of an answer in the value */
function chunkOf(value: Json): Chunk | undefined {
  const choice: unknown = Array.isArray(value['choices']) ? value['choices'][0] : undefined;
  if (!isJson(choice)) return isJson(value['usage']) ? { ...value, choices: [] } : undefined;
  const isWhole = isJson(choice['message']);
  const said = choice['delta'] ?? choice['message'];
  const delta = isJson(said) ? said : {};
  const { tool_calls: calls } = delta;
  const finish_reason =
    choice['finish_reason'] || (value['object'] === 'chat.completion' ? 'stop' : undefined);
  return {
    ...value,
    choices: [
      {
        index: 0,
        delta: { ...delta, ...(Array.isArray(calls) && { tool_calls: callsOf(calls, isWhole) }) },
        finish_reason: finish_reason as string | undefined,
      },
    ],
  };
}

/** @param isWhole - they come in one piece, and need no index to be put together */
function callsOf(calls: readonly unknown[], isWhole: boolean): Json[] {
  return calls.filter(isJson).map((call, at) => {
    const { name, arguments: input } = isJson(call['function']) ? call['function'] : call;
    const isObject = isJson(input);
    return {
      ...call,
      index: call['index'] ?? (isWhole || isObject ? at : undefined),
      function: { name, arguments: isObject ? JSON.stringify(input) : input },
    };
  });
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

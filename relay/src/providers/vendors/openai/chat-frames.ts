import { isJsonObject, parseJson } from '../../../base/lib/json.ts';
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
    const events = ReadableStream.from(eventsIn(response.body, provider));
    return new Response(events, { headers: { 'content-type': 'text/event-stream' } });
  };
}

/**
 * Cuts a body into JSON documents, whatever frame it has, and makes events of them.
 *
 * @throws ProviderError if it broke off, or nothing can be read of it
 */
async function* eventsIn(
  body: AsyncIterable<Uint8Array>,
  provider: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  /** The first text that is not blank. */
  let beginning = '';
  /** The line that has no end yet. */
  let rest = '';
  /** JSON that has no end yet: not all servers put an empty line behind it, nor all of it on one. */
  let document = '';
  let hasBegun = false;
  let isOver = false;

  const failure = (fault: ProviderFault, note: string) =>
    new ProviderError({ provider, stage: 'generator', fault, note });

  const read = (line: string): string => {
    // Older servers of llama.cpp have a field of their own for errors.
    const data = line.replace(/^(?:data|error)\s*:\s*/, '');
    if (data === '[DONE]') return finish();
    if (document === '' && !data.startsWith('{')) return '';
    if (data === '') throw failure('malformed', 'broken JSON');
    document += data;
    const value = data.endsWith('}') ? parseJson(document) : undefined;
    if (value === undefined) return '';
    document = '';
    const error = errorIn(value as Json);
    const chunk = error ?? chunkOf(value as Json);
    const choice = chunk?.choices?.[0];
    hasBegun ||= error !== undefined || choice !== undefined;
    isOver ||= error !== undefined || choice?.finish_reason !== undefined;
    return chunk === undefined ? '' : eventOf(chunk);
  };

  const finish = (): string => {
    if (!hasBegun || isOver) return '';
    isOver = true;
    return eventOf({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  };

  for await (const bytes of body) {
    const text = decoder.decode(bytes, { stream: true });
    beginning ||= text.trim();
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    const events = lines.map((line) => read(line.trim())).join('');
    if (events !== '') yield encoder.encode(events);
  }
  const last = rest === '' ? '' : read(rest.trim());
  if (document !== '') throw failure('closed', 'broken off');
  if (beginning === '') throw failure('closed', 'empty body');
  if (!hasBegun) throw failure('malformed', isHtml(beginning) ? 'HTML' : 'no chat answer');
  // Some servers leave out that they have finished; the body has an end all the same.
  yield encoder.encode(last + finish());
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
  const { type, code, status } = isJsonObject(error) ? error : value;
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
  if (!isJsonObject(choice))
    return isJsonObject(value['usage']) ? { ...value, choices: [] } : undefined;
  const isWhole = isJsonObject(choice['message']);
  const said = choice['delta'] ?? choice['message'];
  const delta = isJsonObject(said) ? said : {};
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
  return calls.filter(isJsonObject).map((call, at) => {
    const { name, arguments: input } = isJsonObject(call['function']) ? call['function'] : call;
    const isObject = isJsonObject(input);
    return {
      ...call,
      index: call['index'] ?? (isWhole || isObject ? at : undefined),
      function: { name, arguments: isObject ? JSON.stringify(input) : input },
    };
  });
}

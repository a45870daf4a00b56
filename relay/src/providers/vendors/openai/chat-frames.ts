import { parseJson } from '../../../base/lib/json.ts';
import type { Logger } from '../../../base/lib/logger.ts';
import { ProviderError, type ProviderFault } from '../../../call/stages/provider-error.ts';
import { isHtml } from '../../vendor-kit/http-client/failure-note.ts';
import { chunkOf, errorIn, type Chunk } from './chat-chunk.ts';

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

import type { MediaNotice } from '../messages/media-messages.ts';
import type { AssistantCommand, ToolEnd, ToolRequest } from '../messages/page-requests.ts';

/** The relay waits for ten seconds: a little less, so that the model learns why nothing came. */
const TOOL_MS = 9_000;
/** Longest output that the relay takes, characters. */
const MAX_OUTPUT = 32_000;
/** As JSON, the longest that fits into one of its messages. */
const MAX_OUTPUT_BYTES = 65_000;
const MAX_RUNNING = 32;
/** Of what a function has thrown, characters that the model is given. */
const MAX_REASON = 300;

/** A function of the page that the relay's language model may call. */
export interface CallTool {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** What it does, and when it is of use; at most 4,000 characters. */
  readonly description?: string | undefined;
  /** JSON Schema of the object that `run` is given. By default any. */
  readonly parameters?: object | undefined;
  /**
   * Has nine seconds, and may be asked again before it has answered.
   *
   * @param input - as the model wrote it: nobody has checked it against `parameters`
   * @param call.signal - aborted if the answer is not waited for any more
   * @returns text as it is, all else as JSON; the model reads 8,000 characters of it. What is thrown
   *   reaches the model, too.
   */
  run(input: Record<string, unknown>, call: { readonly signal: AbortSignal }): unknown;
}

/** What a page adds to the relay's language model. */
export interface Assistant {
  /** Added to those of the relay, at most 16,000 characters; `''` takes them back. */
  readonly instructions?: string | undefined;
  /** At most 32. */
  readonly tools?: readonly CallTool[] | undefined;
}

export interface CallToolsOptions {
  /** At this moment. */
  tools(): readonly CallTool[];
  post(command: AssistantCommand): void;
  notify(notice: MediaNotice): void;
  now(): number;
}

class ToolFault extends Error {
  readonly code: NonNullable<ToolEnd['error']>['code'];

  constructor(code: ToolFault['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Runs the page's functions for one call. What becomes of each is said to the model and the page. */
export class CallTools {
  readonly #options: CallToolsOptions;
  readonly #running = new Set<AbortController>();

  constructor(options: CallToolsOptions) {
    this.#options = options;
  }

  onRequest(request: ToolRequest): void {
    if (request.type === 'call-tool') void this.#answer(request);
    else this.end();
  }

  /** Nothing that runs is waited for any more. */
  end(): void {
    for (const running of this.#running)
      running.abort(new ToolFault('tool_cancelled', 'The answer is not wanted any more.'));
  }

  async #answer(request: Extract<ToolRequest, { type: 'call-tool' }>): Promise<void> {
    const { callId, name } = request;
    const { post, notify, now } = this.#options;
    const running = new AbortController();
    const startedMs = now();
    const timer = setTimeout(() => {
      const message = `The function ${name} did not answer within ${TOOL_MS / 1_000} seconds.`;
      running.abort(new ToolFault('tool_too_slow', message));
    }, TOOL_MS);
    let output: string | null;
    let error: ToolEnd['error'] = null;
    this.#running.add(running);
    try {
      output = await this.#run(request, running.signal);
    } catch (thrown) {
      error = thrown instanceof ToolFault ? thrown : failureOf(name, thrown);
      output = error.code === 'tool_cancelled' ? null : error.message;
    } finally {
      clearTimeout(timer);
      this.#running.delete(running);
    }
    if (output !== null) post({ type: 'tool-output', callId, output });
    notify({ type: 'tool-ended', callId, name, durationMs: now() - startedMs, output, error });
  }

  async #run(
    { name, input }: Extract<ToolRequest, { type: 'call-tool' }>,
    signal: AbortSignal,
  ): Promise<string> {
    const tool = this.#options.tools().find((each) => each.name === name);
    if (tool === undefined) {
      throw new ToolFault('tool_unknown', `There is no function ${name} any more.`);
    }
    if (this.#running.size > MAX_RUNNING) {
      throw new ToolFault('tool_busy', `More than ${MAX_RUNNING} functions run already.`);
    }
    const read = objectIn(input);
    if (read === undefined) {
      throw new ToolFault('tool_arguments_invalid', 'The arguments are not a JSON object.');
    }
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    const work = Promise.resolve().then(() => tool.run(read, { signal }));
    const output = textOf(await Promise.race([work, aborted]));
    const { length: bytes } = new TextEncoder().encode(JSON.stringify(output));
    if (output.length > MAX_OUTPUT || bytes > MAX_OUTPUT_BYTES) {
      const message = `The function ${name} returned too much: ${output.length} characters.`;
      throw new ToolFault('tool_output_too_long', message);
    }
    return output;
  }
}

function failureOf(name: string, cause: unknown): ToolFault {
  const [reason = ''] = cause instanceof Error ? cause.message.split('\n') : [];
  const why = reason === '' ? '.' : `: ${reason.slice(0, MAX_REASON)}`;
  return new ToolFault('tool_failed', `The function ${name} failed${why}`, { cause });
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A model takes `null` for a failure. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? 'It is done.' : (JSON.stringify(value) ?? '');
}

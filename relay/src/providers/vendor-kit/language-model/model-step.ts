import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4ReasoningPart,
  LanguageModelV4StreamPart,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultPart,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider';
import { type ToolSet, asSchema } from '@ai-sdk/provider-utils';
import { isJsonObject, parseJson } from '../../../base/lib/json.ts';
import { MachineNotation, type Notated } from './machine-notation.ts';

type Output = LanguageModelV4ToolResultPart['output'];

/** Of what the text of the model has beside text. */
const NOTATED_ID = 'notated';

type AssistantContent = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'];

/**
 * One request to a language model: what it answers part by part, and the tools it asks for. Each
 * begins its work when the part after its call is asked for, so that a reader can leave before.
 *
 * Reads the provider's own stream, because the library's `streamText` leads every part through
 * half a dozen more, which costs more time than everything else the relay does with an answer.
 *
 * What the model wrote for its machine into the text is made what it means: a thought, or a call.
 */
export class ModelStep {
  readonly #reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>;
  readonly #tools: ToolSet;
  readonly #signal: AbortSignal;
  readonly #notation: MachineNotation;
  /** Read, but not asked for yet. */
  readonly #ready: LanguageModelV4StreamPart[] = [];
  #hasLostCall = false;
  readonly #content: AssistantContent = [];
  readonly #written = new Map<string, LanguageModelV4TextPart | LanguageModelV4ReasoningPart>();
  readonly #results: Promise<LanguageModelV4ToolResultPart>[] = [];
  /** Begins the work of the tool that was called last. */
  #useTool: (() => void) | undefined;
  readonly #stop = (): void => void this.#reader.cancel().catch(() => {});

  private constructor(
    stream: ReadableStream<LanguageModelV4StreamPart>,
    tools: ToolSet,
    signal: AbortSignal,
    mayCallTools: boolean,
  ) {
    this.#reader = stream.getReader();
    this.#tools = tools;
    this.#signal = signal;
    this.#notation = new MachineNotation(mayCallTools ? Object.keys(tools) : []);
    // However slow the vendor is to notice: what is waited for now ends at once.
    signal.addEventListener('abort', this.#stop);
    if (signal.aborted) this.#stop();
  }

  /**
   * @param tools - what the model may ask for
   * @returns undefined if it was aborted
   * @throws what the provider throws
   */
  static async begin(
    model: LanguageModelV4,
    options: LanguageModelV4CallOptions & { readonly abortSignal: AbortSignal },
    tools: ToolSet,
  ): Promise<ModelStep | undefined> {
    const { abortSignal: signal } = options;
    if (signal.aborted) return undefined;
    const asked = Promise.resolve(model.doStream(options));
    const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
    const onAbort = () => resolve(undefined);
    signal.addEventListener('abort', onAbort);
    try {
      const result = await Promise.race([aborted, asked]);
      // Its template has written the tools into the prompt only if they were sent.
      const mayCallTools = options.tools !== undefined && options.toolChoice?.type !== 'none';
      if (result !== undefined) return new ModelStep(result.stream, tools, signal, mayCallTools);
      // The step may still come, or fail; its result is not used.
      asked.then(({ stream }) => stream.cancel()).catch(() => {});
      return undefined;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** @returns undefined at the end, or if it was aborted. @throws what the stream fails with */
  async next(): Promise<LanguageModelV4StreamPart | undefined> {
    this.#useTool?.();
    this.#useTool = undefined;
    while (this.#ready.length === 0) {
      const { value } = await this.#reader.read();
      if (value === undefined || this.#signal.aborted) return undefined;
      this.#ready.push(...this.#meant(value));
    }
    const part = this.#ready.shift()!;
    this.#keep(part);
    return part;
  }

  /** Whether a call in the text was of a tool that there is not, or could not be read. */
  get hasLostCall(): boolean {
    return this.#hasLostCall;
  }

  /** What the next request has to repeat of this one; nothing if no tool was asked for. */
  async messages(): Promise<LanguageModelV4Message[]> {
    if (this.#results.length === 0) return [];
    return [
      { role: 'assistant', content: this.#content.filter(isWorthRepeating) },
      { role: 'tool', content: await Promise.all(this.#results) },
    ];
  }

  /** Lets go of the connection; tools that still run are stopped by the signal. */
  end(): void {
    this.#signal.removeEventListener('abort', this.#stop);
    this.#stop();
  }

  #meant(part: LanguageModelV4StreamPart): LanguageModelV4StreamPart[] {
    switch (part.type) {
      case 'text-delta': {
        const meant = this.#notation.push(part.delta).flatMap((each) => this.#part(each, part.id));
        // That something came is known also while it is held back.
        return meant.length > 0 ? meant : [{ type: 'reasoning-delta', id: NOTATED_ID, delta: '' }];
      }
      case 'text-end':
      case 'finish': {
        const id = part.type === 'finish' ? NOTATED_ID : part.id;
        return [...this.#notation.flush().flatMap((each) => this.#part(each, id)), part];
      }
      default:
        return [part];
    }
  }

  #part(notated: Notated, id: string): LanguageModelV4StreamPart[] {
    switch (notated.kind) {
      case 'text':
        return notated.text === '' ? [] : [{ type: 'text-delta', id, delta: notated.text }];
      case 'thought':
        return [{ type: 'reasoning-start', id: NOTATED_ID }];
      case 'thought-end':
        return [{ type: 'reasoning-end', id: NOTATED_ID }];
      case 'code':
        return [{ type: 'raw', rawValue: undefined }];
      case 'call': {
        // As Mistral wants them.
        const toolCallId = crypto.randomUUID().replaceAll('-', '').slice(0, 9);
        const { name: toolName, input } = notated;
        return [{ type: 'tool-call', toolCallId, toolName, input }];
      }
      case 'lost-call':
        this.#hasLostCall = true;
        return [];
    }
  }

  #keep(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case 'text-start':
        this.#begun(`text ${part.id}`, { type: 'text', text: '' }, part.providerMetadata);
        break;
      case 'reasoning-start':
        this.#begun(`reasoning ${part.id}`, { type: 'reasoning', text: '' }, part.providerMetadata);
        break;
      case 'text-delta':
      case 'text-end':
        this.#added(`text ${part.id}`, part);
        break;
      case 'reasoning-delta':
      case 'reasoning-end':
        this.#added(`reasoning ${part.id}`, part);
        break;
      case 'custom':
        this.#content.push({
          type: 'custom',
          kind: part.kind,
          ...optionsOf(part.providerMetadata),
        });
        break;
      case 'tool-call': {
        const { toolCallId, toolName, providerExecuted } = part;
        // The vendor runs and remembers its own tools itself.
        if (providerExecuted === true) break;
        const input = parsedInput(part.input);
        this.#content.push({
          type: 'tool-call',
          toolCallId,
          toolName,
          // Even if the model wrote something else, vendors take only an object back.
          input: input ?? {},
          ...optionsOf(part.providerMetadata),
        });
        this.#useTool = () => {
          const result = useTool(this.#tools, { toolCallId, toolName, input }, this.#signal);
          this.#results.push(
            result.then((output) => ({ type: 'tool-result', toolCallId, toolName, output })),
          );
        };
        break;
      }
      default:
        break;
    }
  }

  #begun(
    key: string,
    begun: LanguageModelV4TextPart | LanguageModelV4ReasoningPart,
    metadata: SharedV4ProviderMetadata | undefined,
  ): void {
    const part = { ...begun, ...optionsOf(metadata) };
    this.#written.set(key, part);
    this.#content.push(part);
  }

  /** Signatures and the like may come with any piece; the latest counts. */
  #added(
    key: string,
    piece: { readonly delta?: string; readonly providerMetadata?: SharedV4ProviderMetadata },
  ): void {
    const part = this.#written.get(key);
    if (part === undefined) return;
    if (piece.delta !== undefined) part.text += piece.delta;
    if (piece.providerMetadata !== undefined) part.providerOptions = piece.providerMetadata;
  }
}

/** Vendors refuse texts with nothing in them. */
function isWorthRepeating(part: AssistantContent[number]): boolean {
  const isWritten = part.type === 'text' || part.type === 'reasoning';
  return !isWritten || part.text !== '' || part.providerOptions !== undefined;
}

/** What a vendor sent with a part must be sent back with it. */
function optionsOf(metadata: SharedV4ProviderMetadata | undefined) {
  return metadata === undefined ? {} : { providerOptions: metadata };
}

/** @param input - as the model wrote it. @returns undefined if that is not a JSON object */
function parsedInput(input: string): object | undefined {
  if (input.trim() === '') return {};
  const value = parseJson(input);
  return isJsonObject(value) ? value : undefined;
}

/** Never throws: a failure comes back in words, so that the model can react to it. */
async function useTool(
  tools: ToolSet,
  call: {
    readonly toolCallId: string;
    readonly toolName: string;
    readonly input: object | undefined;
  },
  signal: AbortSignal,
): Promise<Output> {
  const { toolCallId, toolName, input } = call;
  const tool = Object.hasOwn(tools, toolName) ? tools[toolName] : undefined;
  if (tool?.execute === undefined) return failed(`There is no tool "${toolName}".`);
  // The tools of MCP servers come without a check of their own.
  if (input === undefined) {
    return failed('The input does not fit what the tool takes: it is not a JSON object.');
  }
  try {
    const checked = await asSchema(tool.inputSchema).validate?.(input);
    if (checked?.success === false) {
      return failed(`The input does not fit what the tool takes: ${checked.error.message}`);
    }
    const value: unknown = checked === undefined ? input : checked.value;
    const options = { toolCallId, messages: [], abortSignal: signal, context: {} };
    return { type: 'text', value: String(await tool.execute(value, options)) };
  } catch {
    return failed('The tool failed.');
  }
}

function failed(value: string): Output {
  return { type: 'error-text', value };
}

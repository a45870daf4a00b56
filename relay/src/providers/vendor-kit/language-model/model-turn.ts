import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4Message,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import { asSchema, type ToolSet } from '@ai-sdk/provider-utils';
import { estimateTokens } from '../../../base/lib/token-estimate.ts';
import type { Message } from '../../../call/stages/generator/generator.ts';
import { instructionsFor } from './instructions.ts';
import type { ModelLimits } from './model-limits.ts';
import { cutInWords, talkTokens, toModelMessages, type MessageBounds } from './model-messages.ts';

/** Of a small context, the most that instructions and tools may take; beyond it tools are left out. */
const MAX_FIXED_SHARE = 0.6;
/** Kept free for the moment: a bound that moved with the time of day would move the history. */
const MOMENT_TOKENS = 48;
/** How often one turn is asked again, over all its steps. */
const MAX_ADAPTATIONS = 4;

export interface ModelTurnOptions {
  readonly limits: ModelLimits;
  readonly systemPrompt: string;
  /** In which to answer, BCP 47; undefined: the prompt names none. */
  readonly language?: string | undefined;
  readonly tools: readonly LanguageModelV4FunctionTool[];
  /** Of every request to this vendor. */
  readonly providerOptions?: LanguageModelV4CallOptions['providerOptions'];
  /** How much the model is to think, in the library's words and the vendor's own. */
  readonly reasoning?: Pick<LanguageModelV4CallOptions, 'reasoning' | 'providerOptions'>;
  readonly history: readonly Message[];
  /** What is true only now; stands at the end of the last message of the history. */
  readonly moment: string;
  /** Marks the end of what a vendor is to cache, if it does so only on request. */
  readonly cachePoint?: SharedV4ProviderOptions | undefined;
}

type Call = Required<Pick<LanguageModelV4CallOptions, 'prompt' | 'maxOutputTokens'>> &
  Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice' | 'reasoning' | 'providerOptions'>;

/**
 * What is sent for one turn: the talk so far, and what the tools of this turn answered, as much of
 * it as the server takes. If the server refuses it, it is asked again as the refusal suggests.
 */
export class ModelTurn {
  readonly #options: ModelTurnOptions;
  readonly #toolTokens: number;
  /** The model's calls of tools, each followed by what came of it. */
  readonly #steps: LanguageModelV4Message[] = [];
  #mayUseTools = true;
  /** The part that, by its words, the server refuses; the turn is asked without. */
  readonly #suspected = new Set<'tools' | 'reasoning'>();
  #adaptations = 0;
  #sent = { hasTools: false, hasReasoning: false, estimatedTokens: 0 };

  constructor(options: ModelTurnOptions) {
    this.#options = options;
    this.#toolTokens = tokensOf(options.tools);
  }

  /** @param mayCallTools - false: the model has to answer now */
  next(mayCallTools: boolean): Call {
    const { limits, systemPrompt, language, tools, moment } = this.#options;
    const { cachePoint, reasoning = {}, providerOptions } = this.#options;
    const { inputTokens, historyTokens, outputTokens } = limits.room;
    const hasTools = this.#hasTools(inputTokens);
    const system = instructionsFor(systemPrompt, hasTools, language);
    const fixedTokens = estimateTokens(system) + MOMENT_TOKENS + (hasTools ? this.#toolTokens : 0);
    const roomTokens = Math.max(0, inputTokens - fixedTokens);
    const { messages, steps } = this.#fitted({ historyTokens, maxTokens: roomTokens });
    const isFirst = steps.length === 0;
    this.#sent = {
      hasTools: hasTools && isFirst,
      hasReasoning:
        limits.takesReasoning &&
        reasoning.reasoning !== undefined &&
        !this.#suspected.has('reasoning'),
      estimatedTokens: fixedTokens + talkTokens(messages) + tokensOf(steps),
    };
    const last = messages.length - 1;
    // After the instructions, and after what the next turn will repeat.
    const marked = cachePoint && { providerOptions: cachePoint };
    const talk = messages.map(({ role, content }, index): LanguageModelV4Message => {
      const text = index === last ? `${content}\n\n${moment}` : content;
      return { role, content: [{ type: 'text', text }], ...(index === last - 1 && marked) };
    });
    return {
      prompt: [{ role: 'system', content: system, ...marked }, ...talk, ...steps],
      maxOutputTokens: outputTokens,
      ...(providerOptions && { providerOptions }),
      ...(this.#sent.hasReasoning && reasoning),
      ...(hasTools && {
        tools: [...tools],
        toolChoice: { type: mayCallTools ? 'auto' : 'none' } as const,
      }),
    };
  }

  /** What the model said and did in a step, and what came of it. */
  add(step: readonly LanguageModelV4Message[]): void {
    this.#steps.push(...step);
  }

  /**
   * Learns from a refusal of what was sent last.
   *
   * @param refusal - the server's own words
   * @returns whether what is sent next is another request
   */
  adapt(refusal: string): boolean {
    const sent = this.#sent;
    if (this.#adaptations >= MAX_ADAPTATIONS) return false;
    this.#adaptations += 1;
    const excess = this.#options.limits.learn(refusal, sent);
    if (excess === undefined) return false;
    if (excess !== 'context') this.#suspected.add(excess);
    this.next(true);
    const isShorter = this.#sent.estimatedTokens < sent.estimatedTokens;
    return isShorter || this.#sent.hasReasoning !== sent.hasReasoning;
  }

  /** The server has begun to answer what was sent last. */
  accepted(): void {
    for (const refused of this.#suspected) this.#options.limits.confirmed(refused);
    this.#suspected.clear();
  }

  /** The model made a mess of its tools: in this turn it is asked without. @returns as `adapt` */
  leaveOutTools(): boolean {
    const isOther = this.#sent.hasTools && this.#mayUseTools;
    this.#mayUseTools = false;
    return isOther;
  }

  #hasTools(inputTokens: number): boolean {
    const { limits, tools, systemPrompt } = this.#options;
    // What they were used for makes no sense without them.
    if (this.#steps.length > 0) return true;
    const fixedTokens = estimateTokens(systemPrompt) + this.#toolTokens;
    const isRoom = fixedTokens <= inputTokens * MAX_FIXED_SHARE;
    const mayUse = this.#mayUseTools && limits.takesTools && !this.#suspected.has('tools');
    return tools.length > 0 && mayUse && isRoom;
  }

  /** Results of tools may take half of the room from what was said. */
  #fitted(bounds: MessageBounds) {
    const { history } = this.#options;
    const { historyTokens, maxTokens } = bounds;
    const messages = toModelMessages(history, bounds);
    const free = maxTokens - talkTokens(messages);
    if (tokensOf(this.#steps) <= free) return { messages, steps: this.#steps };
    const steps = shortened(this.#steps, Math.max(free, maxTokens / 2));
    const leftTokens = Math.max(0, maxTokens - tokensOf(steps));
    return {
      messages: toModelMessages(history, { historyTokens, maxTokens: leftTokens }),
      steps,
    };
  }
}

/** Cuts what tools answered; a call and its result stay together. */
function shortened(
  steps: readonly LanguageModelV4Message[],
  maxTokens: number,
): readonly LanguageModelV4Message[] {
  const share = maxTokens / tokensOf(steps);
  if (share >= 1) return steps;
  return steps.map((step) => {
    if (step.role !== 'tool') return step;
    return { ...step, content: step.content.map((part) => shortResult(part, share)) };
  });
}

type ToolPart = Extract<LanguageModelV4Message, { role: 'tool' }>['content'][number];

function shortResult(part: ToolPart, share: number): ToolPart {
  if (part.type !== 'tool-result') return part;
  const { output } = part;
  if (output.type !== 'text' && output.type !== 'error-text') return part;
  return { ...part, output: { ...output, value: cutInWords(output.value, share) } };
}

function tokensOf(parts: readonly object[]): number {
  return parts.reduce((sum, part) => sum + estimateTokens(JSON.stringify(part)), 0);
}

type FunctionInput = LanguageModelV4FunctionTool['inputSchema'];

/** Made once for each: it is the same from request to request. */
const compacted = new WeakMap<object, Promise<FunctionInput>>();

/** Tools as they are described to a model, in every request: without what only validators read. */
export async function describedTools(tools: ToolSet): Promise<LanguageModelV4FunctionTool[]> {
  return Promise.all(
    Object.entries(tools).map(async ([name, { description, inputSchema }]) => {
      const known = compacted.get(inputSchema) ?? compactSchema(inputSchema);
      compacted.set(inputSchema, known);
      return {
        type: 'function',
        name,
        ...(typeof description === 'string' ? { description } : {}),
        inputSchema: await known,
      };
    }),
  );
}

async function compactSchema(schema: ToolSet[string]['inputSchema']): Promise<FunctionInput> {
  return compact(await asSchema(schema).jsonSchema) as FunctionInput;
}

/** What a model does not need to call a tool; 40 tools of others were 21 kB a request with it. */
const NOT_FOR_MODELS: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  'title',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
]);
/** Below these stand names of the tool's own, which may be any word. */
const NAMES: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
]);

function compact(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(compact);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) =>
      !NOT_FOR_MODELS.has(key) && !(key === 'additionalProperties' && value === false),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, compactPart(key, value)]));
}

function compactPart(key: string, value: unknown): unknown {
  // Data, in which these words mean something else.
  if (key === 'default' || key === 'const' || key === 'enum' || key === 'required') return value;
  if (key === 'description' && typeof value === 'string')
    return value.replaceAll(/\s+/g, ' ').trim();
  if (!NAMES.has(key) || typeof value !== 'object' || value === null) return compact(value);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, compact(part)]));
}

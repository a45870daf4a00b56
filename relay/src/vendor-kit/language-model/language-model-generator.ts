import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { extractReasoningMiddleware, wrapLanguageModel, type ToolSet } from 'ai';
import { OVER } from '../../lib/abort-reason.ts';
import type { GenerateRequest, Generator, GeneratorEvent } from '../../stages/generator.ts';
import { ProviderError } from '../../stages/provider-error.ts';
import { ModelList, type ModelListRequest } from '../http-client/model-list.ts';
import type { VendorHttp } from '../http-client/vendor-http.ts';
import type { Owned } from '../../stages/provider.ts';
import type { ProviderContext } from '../vendor.ts';
import { builtInTools } from './built-in-tools.ts';
import { instructionsFor } from './instructions.ts';
import { toProviderError } from './language-model-errors.ts';
import { toModelMessages, type ModelMessage } from './model-messages.ts';
import { ModelStep } from './model-step.ts';
import { SpokenTextFilter } from './spoken-text-filter.ts';
import { inputTokensAtStart, UsageCount } from './usage-count.ts';
import { describedTools } from './use-tool.ts';
import { warmUp } from './warm-up.ts';

/** Rounds of tools and answer; in the last one there are no more tools. */
const MAX_STEPS = 5;

export interface LanguageModelGeneratorOptions {
  readonly name: string;
  /** Of the AI SDK, made with the `fetch` of `http`. */
  readonly model: LanguageModelV4;
  /** Is disposed of with the generator. */
  readonly http: VendorHttp;
  readonly models: ModelListRequest;
  readonly systemPrompt: string;
  readonly maxOutputTokens: number;
  readonly context: ProviderContext;
  /** What only this vendor knows, e.g. how little it should think. */
  readonly providerOptions?: LanguageModelV4CallOptions['providerOptions'] | undefined;
}

/**
 * Any language model of the AI SDK as a generator: asked once, without retries, which are the
 * stage's to decide.
 */
export function createLanguageModelGenerator(
  options: LanguageModelGeneratorOptions,
): Owned<Generator> {
  const { name } = options;
  // Models on small servers leave their thoughts in the text, between tags.
  const middleware = extractReasoningMiddleware({ tagName: 'think' });
  const withModel = (model: LanguageModelV4) => ({
    ...options,
    model: wrapLanguageModel({ model, middleware }),
  });
  const withItsModel = withModel(options.model);
  void warmUp((model, request) => generate(withModel(model), request)).catch(() => {});
  const models = new ModelList(options.http, options.models, options.context.clock);
  return {
    name,
    generate: (request) => generate(withItsModel, request),
    probe: (signal) => models.check(signal),
    prepare: () => models.keepWarm(),
    [Symbol.asyncDispose]: () => models[Symbol.asyncDispose](),
  };
}

async function* generate(
  options: LanguageModelGeneratorOptions,
  request: GenerateRequest,
): AsyncGenerator<GeneratorEvent, void, undefined> {
  const { signal } = request;
  if (signal.aborted) return;
  // Its own controller: a reader that leaves the loop early stops the request by it.
  const controller = new AbortController();
  const stop = () => controller.abort(OVER);
  signal.addEventListener('abort', stop);
  const now = () => new Date();
  const tools: ToolSet = {
    ...options.context.toolbox?.tools(),
    ...builtInTools({ reminders: request.reminders, person: request.person, now }),
  };
  const instructions = instructionsFor({
    systemPrompt: options.systemPrompt,
    person: request.person,
    now: now(),
  });
  const messages = toModelMessages(request.history);
  const usage = new UsageCount(
    messages.reduce((length, { content }) => length + content.length, instructions.length),
  );
  const answer = new Answer(options.name, usage);
  const prompt: LanguageModelV4Message[] = [
    { role: 'system', content: instructions },
    ...messages.map(toPrompt),
  ];
  let failure: ProviderError | undefined;
  try {
    const call = {
      tools: await describedTools(tools),
      maxOutputTokens: options.maxOutputTokens,
      abortSignal: controller.signal,
      ...(options.providerOptions && { providerOptions: options.providerOptions }),
    };
    for (let left = MAX_STEPS; left > 0; left--) {
      const toolChoice = { type: left === 1 ? 'none' : 'auto' } as const;
      const step = await ModelStep.begin(options.model, { ...call, prompt, toolChoice }, tools);
      if (step === undefined) break;
      try {
        for (let part = await step.next(); part !== undefined; part = await step.next()) {
          yield* answer.take(part);
        }
        if (controller.signal.aborted) break;
        answer.stepEnded();
        const more = await step.messages();
        if (more.length === 0) break;
        yield { type: 'tools-answered' };
        prompt.push(...more);
      } finally {
        step.end();
      }
    }
    if (!signal.aborted) yield* answer.end();
  } catch (error) {
    if (!signal.aborted) failure = toProviderError(error, options.name, options.http);
  } finally {
    signal.removeEventListener('abort', stop);
    controller.abort(OVER);
  }
  const total = usage.total();
  if (total !== undefined) yield { type: 'usage-reported', ...total };
  if (failure !== undefined) throw failure;
}

function toPrompt({ role, content }: ModelMessage): LanguageModelV4Message {
  return { role, content: [{ type: 'text', text: content }] };
}

type FinishReason = Extract<LanguageModelV4StreamPart, { type: 'finish' }>['finishReason'];

/** Turns the parts of one answer into events; reasoning is counted and left out. */
class Answer {
  readonly #name: string;
  readonly #usage: UsageCount;
  readonly #filter = new SpokenTextFilter();
  #hasText = false;
  #isFinished = false;

  constructor(name: string, usage: UsageCount) {
    this.#name = name;
    this.#usage = usage;
  }

  *take(part: LanguageModelV4StreamPart): Iterable<GeneratorEvent> {
    switch (part.type) {
      case 'text-start':
        // A second text, after tools: its first word must not cling to the last one.
        if (this.#hasText) yield* this.#said(this.#filter.push(' '));
        break;
      case 'text-delta':
        this.#usage.received(part.delta);
        yield* this.#said(this.#filter.push(part.delta));
        break;
      case 'reasoning-delta':
        this.#usage.received(part.delta);
        yield { type: 'thought' };
        break;
      case 'custom': {
        const inputTokens = inputTokensAtStart(part.providerMetadata);
        if (inputTokens !== undefined) this.#usage.stepBegan(inputTokens);
        break;
      }
      case 'tool-call':
        this.#usage.received(part.input);
        // What was said before is to be heard while the tool works.
        yield* this.#said(this.#filter.flush());
        if (this.#hasText) yield* this.#said(this.#filter.push(' '));
        yield { type: 'tool-called', name: part.toolName };
        break;
      case 'finish': {
        const { inputTokens, outputTokens } = part.usage;
        this.#usage.stepEnded({ inputTokens: inputTokens.total, outputTokens: outputTokens.total });
        this.#check(part.finishReason);
        this.#isFinished = true;
        break;
      }
      case 'error':
        throw part.error;
      default:
        break;
    }
  }

  /** @throws ProviderError if it broke off without an end of its own */
  stepEnded(): void {
    if (!this.#isFinished) throw this.#failure('closed');
    this.#isFinished = false;
  }

  /** @throws ProviderError if there is nothing to say */
  *end(): Iterable<GeneratorEvent> {
    yield* this.#said(this.#filter.flush());
    if (!this.#hasText) throw this.#failure('malformed', 'empty answer');
  }

  *#said(text: string): Iterable<GeneratorEvent> {
    if (text === '') return;
    this.#hasText ||= text.trim() !== '';
    yield { type: 'text-delta', text };
  }

  /** A stream that ends without the vendor's own word for why was cut off. */
  #check({ unified, raw }: FinishReason): void {
    if (unified === 'content-filter' && !this.#hasText) {
      throw this.#failure('rejected', 'content-filter', true);
    }
    if (unified === 'error') throw this.#failure('malformed', 'error');
    if (raw === undefined) throw this.#failure('closed');
  }

  #failure(
    fault: 'malformed' | 'rejected' | 'closed',
    note?: string,
    isRequestsOwn?: boolean,
  ): ProviderError {
    const provider = this.#name;
    return new ProviderError({ provider, stage: 'generator', fault, note, isRequestsOwn });
  }
}

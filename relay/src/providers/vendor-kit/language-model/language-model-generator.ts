import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { InvalidResponseDataError } from '@ai-sdk/provider';
import { dynamicTool, jsonSchema, type ToolSet, tool, zodSchema } from '@ai-sdk/provider-utils';
import { OVER } from '../../../base/lib/deadline.ts';
import { estimateTokens } from '../../../base/lib/token-estimate.ts';
import type {
  GenerateRequest,
  Generator,
  GeneratorEvent,
} from '../../../call/stages/generator/generator.ts';
import type { ProviderError } from '../../../call/stages/provider-error.ts';
import { informWhenSent } from '../http-client/light-fetch.ts';
import { ModelList, type ModelListRequest } from '../http-client/model-list.ts';
import type { VendorHttp } from '../http-client/vendor-http.ts';
import type { Owned } from '../../../call/stages/provider.ts';
import type { ProviderContext } from '../vendor.ts';
import { momentFor } from './instructions.ts';
import { refusalIn, toProviderError } from './language-model-errors.ts';
import { ModelAnswer } from './model-answer.ts';
import { ModelLimits, type ToolUse } from './model-limits.ts';
import { ModelStep } from './model-step.ts';
import { SUMMARY_BOUNDS, summaryOf, type AnswerBounds } from './model-messages.ts';
import { describedTools, ModelTurn, type ModelTurnOptions } from './model-turn.ts';
import { THINKING_TOKENS, type Reasoning } from './reasoning.ts';
import { boundedTool } from './tool-limits.ts';
import { UntaggedThoughts } from './untagged-thoughts.ts';
import { UsageCount } from './usage-count.ts';
import { CAPABILITIES } from '@parley/phrases/capabilities/index';
import type { ToolContext } from '@parley/phrases';

let isDone = false;

const SOME_USAGE = {
  inputTokens: { total: 1, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: undefined, reasoning: undefined },
};

const instantModel: LanguageModelV4 = {
  specificationVersion: 'v4',
  provider: 'none',
  modelId: 'none',
  supportedUrls: {},
  doGenerate: () => Promise.reject(new Error('Only streams')),
  doStream: () =>
    Promise.resolve({
      stream: new ReadableStream({
        start(controller) {
          controller.enqueue({ type: 'stream-start', warnings: [] });
          controller.enqueue({ type: 'text-start', id: '1' });
          controller.enqueue({ type: 'text-delta', id: '1', delta: 'Hello.' });
          controller.enqueue({ type: 'text-end', id: '1' });
          controller.enqueue({
            type: 'finish',
            usage: SOME_USAGE,
            finishReason: { unified: 'stop', raw: 'stop' },
          });
          controller.close();
        },
      }),
    }),
};

/** Made once: turning a schema into what vendors read takes longer than a short request. */
const TOOLS = CAPABILITIES.flatMap(({ tools = [] }) => tools).map((capability) => ({
  ...capability,
  inputSchema: zodSchema(capability.input),
}));

/** Rounds of tools and answer; the last one has no tools. */
const MAX_STEPS = 5;

export interface LanguageModelGeneratorOptions {
  readonly name: string;
  /** Of the AI SDK, made with the `fetch` of `http`. */
  readonly model: LanguageModelV4;
  /** Is disposed of with the generator. */
  readonly http: VendorHttp;
  readonly models: ModelListRequest;
  readonly systemPrompt: string;
  /** Of the answer alone: what the model thinks comes on top. */
  readonly maxOutputTokens: number;
  readonly reasoning: Reasoning;
  /** `auto` if it is not said. */
  readonly tools?: ToolUse | undefined;
  /** Of the model; undefined: unknown, and learnt when the server refuses. */
  readonly contextTokens?: number | undefined;
  readonly context: ProviderContext;
  /** The options that every request to this vendor has. */
  readonly providerOptions?: LanguageModelV4CallOptions['providerOptions'] | undefined;
  /** The options that replace them if the model is not to think. */
  readonly thinkingOff?: LanguageModelV4CallOptions['providerOptions'] | undefined;
  /** As in `ModelTurnOptions`. */
  readonly cachePoint?: ModelTurnOptions['cachePoint'];
}

/**
 * Any language model of the AI SDK as a generator: asked once, without retries, which are the
 * stage's to decide.
 */
export function createLanguageModelGenerator(
  options: LanguageModelGeneratorOptions,
): Owned<Generator> {
  const { name, tools = 'auto', contextTokens, reasoning } = options;
  const maxOutputTokens = options.maxOutputTokens + THINKING_TOKENS[reasoning];
  const { clock, logger } = options.context;
  const withModel = (model: LanguageModelV4): Connected => ({
    ...options,
    model,
    limits: new ModelLimits({ name, tools, contextTokens, maxOutputTokens, clock, logger }),
    thoughts: new UntaggedThoughts(model.modelId, reasoning),
  });
  const withItsModel = withModel(options.model);
  void warmUp((model, request) => generate(withModel(model), request)).catch(() => {});
  const models = new ModelList(options.http, options.models, clock);
  return {
    name,
    model: options.model.modelId,
    generate: (request) => generate(withItsModel, request),
    get historyTokens() {
      return withItsModel.limits.historyTokens;
    },
    summarise: (request) =>
      summaryOf(request, (asked) => generate(withItsModel, asked, SUMMARY_BOUNDS)),
    probe: (signal) => models.check(signal),
    prepare: () => models.keepWarm(),
    [Symbol.asyncDispose]: () => models[Symbol.asyncDispose](),
  };
}

/** What is the same for all its answers. */
interface Connected extends LanguageModelGeneratorOptions {
  readonly limits: ModelLimits;
  readonly thoughts: UntaggedThoughts;
}

async function* generate(
  options: Connected,
  request: GenerateRequest,
  { steps, maxOutputTokens }: AnswerBounds = { steps: MAX_STEPS, maxOutputTokens: Infinity },
): AsyncGenerator<GeneratorEvent, void, undefined> {
  const { signal, onCutOff } = request;
  const tools: ToolSet = {
    ...(request.isWithoutTools === true ? {} : options.context.toolbox?.tools()),
    ...builtInTools({ reminders: request.reminders, person: request.person }),
    ...(request.isWithoutTools === true ? {} : toolsOfClient(request, options.context)),
  };
  const turn = turnOf(options, request, await describedTools(tools));
  if (signal.aborted) return;
  // Its own controller: a reader that leaves the loop early stops the request by it.
  const controller = new AbortController();
  const usage = new UsageCount();
  const reportCutOff = () => {
    const owed = onCutOff && usage.takeTotal();
    if (owed !== undefined) onCutOff?.(owed);
  };
  informWhenSent(controller.signal, (body) => usage.submitted(estimateTokens(body)));
  const stop = () => {
    controller.abort(OVER);
    reportCutOff();
  };
  signal.addEventListener('abort', stop);
  const answer = new ModelAnswer(options, usage);
  let failure: ProviderError | undefined;
  let hasEnded = false;
  /** What the model wrote could not be read, and it was asked again for that. */
  let hasAskedAgain = false;
  try {
    for (let left = steps; left > 0; left--) {
      let step: ModelStep | undefined;
      let hasBegun = false;
      try {
        const next = turn.next(left > 1);
        const outputTokens = Math.min(next.maxOutputTokens, maxOutputTokens);
        const call = { ...next, maxOutputTokens: outputTokens, abortSignal: controller.signal };
        step = await ModelStep.begin(options.model, call, tools);
        if (step === undefined) break;
        for (let part = await step.next(); part !== undefined; part = await step.next()) {
          for (const event of answer.take(part)) {
            if (!hasBegun) turn.accepted();
            hasBegun = true;
            yield event;
          }
        }
        if (controller.signal.aborted) break;
        answer.stepEnded();
        const more = await step.messages();
        if (more.length === 0) {
          if (!step.hasLostCall) break;
          // Once more, and now it has to answer in words.
          turn.leaveOutTools();
          hasAskedAgain ||= left > 1;
          left = Math.min(left, 2);
          continue;
        }
        yield { type: 'tools-answered' };
        turn.add(more);
      } catch (error) {
        const isRefused = toProviderError(error, options.name, options.http).isRefusal;
        if (isRefused && !hasBegun) usage.refused();
        if (hasBegun || signal.aborted || !mayAskAgain(turn, error)) throw error;
        hasAskedAgain ||= refusalIn(error) === undefined;
        left += 1;
      } finally {
        step?.end();
      }
    }
    if (!signal.aborted) yield* answer.end();
    hasEnded = true;
  } catch (error) {
    hasEnded = true;
    if (!signal.aborted) {
      failure = toProviderError(error, options.name, options.http);
      if (hasAskedAgain) failure = failure.asLast();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    controller.abort(OVER);
    if (!hasEnded) reportCutOff();
  }
  const total = usage.takeTotal();
  if (total !== undefined) {
    yield { type: 'usage-reported', ...total, ...(usage.isEstimated && { isEstimated: true }) };
  }
  if (failure !== undefined) throw failure;
}

function turnOf(
  options: Connected,
  { history, person, instructions = '' }: GenerateRequest,
  tools: ModelTurnOptions['tools'],
): ModelTurn {
  const { limits, systemPrompt, context, cachePoint, providerOptions } = options;
  return new ModelTurn({
    limits,
    systemPrompt: instructions === '' ? systemPrompt : `${systemPrompt}\n\n${instructions}`,
    language: chosenLanguage(person, context),
    tools,
    providerOptions,
    reasoning: toldToThink(options),
    history,
    moment: momentFor(person, new Date()),
    cachePoint,
  });
}

/** Undefined if it is the relay's own. */
function chosenLanguage(
  { language }: GenerateRequest['person'],
  { language: relays }: ProviderContext,
): string | undefined {
  return language === relays ? undefined : language;
}

/** The vendor's library finds the model's nearest to it, and says nothing to one that cannot think. */
function toldToThink({ reasoning, thinkingOff }: LanguageModelGeneratorOptions) {
  if (reasoning === 'default') return {};
  const isOff = reasoning === 'none' && thinkingOff !== undefined;
  return { reasoning, ...(isOff && { providerOptions: thinkingOff }) };
}

/** Whether the same turn may succeed with less: what was learnt is in what is sent next. */
function mayAskAgain(turn: ModelTurn, error: unknown): boolean {
  const refusal = refusalIn(error);
  if (refusal !== undefined) return turn.adapt(refusal);
  // What the library throws for a call of a tool that it cannot read.
  return InvalidResponseDataError.isInstance(error) && turn.leaveOutTools();
}

/** By their names they may take the place of Parley's own. */
function toolsOfClient(
  { clientTools }: GenerateRequest,
  { clock, logger }: ProviderContext,
): ToolSet {
  if (clientTools === undefined) return {};
  return Object.fromEntries(
    clientTools.offered.map(({ name, description, parameters }) => [
      name,
      dynamicTool({
        description,
        inputSchema: jsonSchema(parameters),
        execute: (input, { abortSignal: signal }) =>
          boundedTool({
            work: (bounded) => clientTools.call(name, JSON.stringify(input), bounded),
            signal,
            clock,
            onFailure: (err) => logger.info({ err, tool: name }, 'function of the client failed'),
          }),
      }),
    ]),
  );
}

type BuiltInContext = Omit<ToolContext, 'random' | 'now'> & Partial<Pick<ToolContext, 'now'>>;

/** What Parley itself can do for a person, for any language model. */
export function builtInTools(context: BuiltInContext): ToolSet {
  const whole = { random: Math.random, now: () => new Date(), ...context };
  return Object.fromEntries(
    TOOLS.map(({ name, description, inputSchema, use }) => [
      name,
      tool({ description, inputSchema, execute: (input) => use(input, whole) }),
    ]),
  );
}

/**
 * Answers once with a model that is not there, so that the first person to ask does not wait while
 * code is read and compiled. Only the first call of a process does anything.
 */
async function warmUp(
  answer: (model: LanguageModelV4, request: GenerateRequest) => AsyncIterable<GeneratorEvent>,
): Promise<void> {
  if (isDone) return;
  isDone = true;
  const request: GenerateRequest = {
    history: [{ role: 'user', text: 'Hello.' }],
    signal: new AbortController().signal,
    person: { timeZone: 'UTC' },
    reminders: { add: () => undefined, list: () => [], cancel: () => {} },
  };
  for await (const event of answer(instantModel, request)) void event;
}

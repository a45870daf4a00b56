import type { Clock } from '../../../base/lib/clock.ts';
import type { Logger } from '../../../base/lib/logger.ts';
import { causeOfRefusal } from '../http-client/refusal.ts';
import { HISTORY_TOKENS } from './model-messages.ts';

const NUMBER = String.raw`(\d[\d,]*)`;

/** In order: of several numbers in one sentence, the one that says most comes first. */
const MAX_WORDINGS = [
  `maximum (?:context|model|prompt) length (?:is|of) ${NUMBER}`,
  `"n_ctx" ?: ?${NUMBER}`,
  `> ${NUMBER} maximum`,
  `maximum number of tokens allowed \\(${NUMBER}\\)`,
  `context (?:length|window|size) of (?:only )?${NUMBER}`,
  `must be <= ${NUMBER}`,
  `with ${NUMBER} maximum context`,
  `Limit:? ${NUMBER}`,
].map((wording) => new RegExp(wording, 'i'));

const SENT_WORDINGS = [
  `\\(${NUMBER} (?:in the messages|in your prompt|of text input)`,
  `request has ${NUMBER} input tokens`,
  `resulted in ${NUMBER} tokens`,
  `"n_prompt_tokens" ?: ?${NUMBER}`,
  `prompt is too long: ${NUMBER}`,
  `input token count \\(${NUMBER}\\)`,
  `contains ${NUMBER} tokens`,
  `decoder prompt \\(length ${NUMBER}\\)`,
  `Given: ${NUMBER}`,
  `first ${NUMBER} tokens`,
  `requested:? (?:about |a total of |tokens \\()?${NUMBER}`,
].map((wording) => new RegExp(wording, 'i'));

/** What a refusal says of the context: tokens, as the server counts them. */
interface ContextTold {
  /** How many the server takes. */
  readonly maxTokens: number | undefined;
  /** How many it was sent; without the answer's, if it says so. */
  readonly sentTokens: number | undefined;
}

/** `auto`: they are sent until the server refuses them. */
export const TOOL_USES = ['auto', 'on', 'off'] as const;
export type ToolUse = (typeof TOOL_USES)[number];

/** Learnt limits are forgotten after this time: a server may have been started anew, with more. */
const LEARNT_MS = 3_600_000;
/** The answer's share of a context that is small. */
const ANSWER_SHARE = 0.25;
/** The share that is sent the next time, if the server's numbers do not say. */
const SMALLER = 0.75;
/** Of what is sent; the rest is for instructions, tools, and what these answer. */
const HISTORY_SHARE = 0.5;
/** Of the context: beyond it the server's own marks between messages may not fit. */
const CERTAIN_SHARE = 0.95;
/** No model has less; a smaller number was about something else. */
const MIN_CONTEXT_TOKENS = 256;

interface LearntContext {
  readonly contextTokens: number;
  /** How many of its tokens one of our estimated tokens is. */
  readonly tokensPerEstimate: number;
  readonly untilMs: number;
}

/** What a request has too much of for a server. */
export type Excess = 'tools' | 'reasoning' | 'context';

/** What was sent when the server refused. */
export interface Sent {
  /** Whether asking without tools may help: it had some, and none has been called yet. */
  readonly hasTools: boolean;
  /** Whether it was said how much the model is to think. */
  readonly hasReasoning?: boolean;
  readonly estimatedTokens: number;
}

/** How much may be sent and asked for, in estimated tokens. */
export interface ContextRoom {
  readonly inputTokens: number;
  /** Of what was said before the last turn: beyond it, it is the price that bounds. */
  readonly historyTokens: number;
  readonly outputTokens: number;
}

export interface ModelLimitsOptions {
  /** In the log. */
  readonly name: string;
  readonly tools: ToolUse;
  /** Of the model, as the operator says; undefined: unknown until the server refuses. */
  readonly contextTokens: number | undefined;
  /** The model's thoughts included. */
  readonly maxOutputTokens: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The limits of one server, for all who talk with its model: those the operator sets, and those its
 * refusals show.
 */
export class ModelLimits {
  readonly #options: ModelLimitsOptions;
  #refusesToolsUntilMs = Number.NEGATIVE_INFINITY;
  #refusesReasoningUntilMs = Number.NEGATIVE_INFINITY;
  #learnt: LearntContext | undefined;

  constructor(options: ModelLimitsOptions) {
    this.#options = options;
  }

  get takesTools(): boolean {
    const { tools, clock } = this.#options;
    return tools === 'on' || (tools === 'auto' && clock.now() >= this.#refusesToolsUntilMs);
  }

  /** Whether it may be said how much the model is to think. */
  get takesReasoning(): boolean {
    return this.#options.clock.now() >= this.#refusesReasoningUntilMs;
  }

  /** Without bounds on what is sent, as long as nothing is known of the context. */
  get room(): ContextRoom {
    const { contextTokens, maxOutputTokens } = this.#options;
    const learnt = this.#present;
    const knownTokens = Math.min(
      contextTokens ?? Number.POSITIVE_INFINITY,
      learnt?.contextTokens ?? Number.POSITIVE_INFINITY,
    );
    const outputTokens = Math.min(maxOutputTokens, Math.floor(knownTokens * ANSWER_SHARE));
    const inputTokens =
      ((knownTokens - outputTokens) * CERTAIN_SHARE) / (learnt?.tokensPerEstimate ?? 1);
    return {
      inputTokens: Math.floor(inputTokens),
      historyTokens: contextTokens === undefined ? HISTORY_TOKENS : Number.POSITIVE_INFINITY,
      outputTokens,
    };
  }

  /** Beyond it, what was said is better summarised than sent; half of a small context. */
  get historyTokens(): number {
    const { inputTokens, historyTokens } = this.room;
    return Math.floor(Math.min(historyTokens, inputTokens * HISTORY_SHARE));
  }

  /**
   * Reads what a refusal says of the limits. A context is smaller from now on; that tools, or words
   * about thinking, are refused is remembered only once it was `confirmed`.
   *
   * @param refusal - the server's own words
   * @returns the reduced request to ask again; undefined: asking again has no reason
   */
  learn(refusal: string, sent: Sent): Excess | undefined {
    switch (causeOfRefusal(refusal)) {
      case 'reasoning':
        if (sent.hasReasoning === true) return 'reasoning';
        // Not together with tools: the request is taken without them, but they are worth more.
        return this.#mayLeaveOutTools(sent) ? 'tools' : undefined;
      case 'tools':
        return this.#mayLeaveOutTools(sent) ? 'tools' : undefined;
      case 'context':
        this.#learnContext(refusal, sent);
        return 'context';
      case 'configuration':
      case 'content':
      case 'request':
        return undefined;
    }
  }

  /**
   * The server took without them what it had refused with them. Its words alone do not show that,
   * because a refusal may quote the request, in which tools are always mentioned.
   */
  confirmed(refused: 'tools' | 'reasoning'): void {
    if (refused === 'tools') this.#learnTools();
    else this.#learnReasoning();
  }

  get #present(): LearntContext | undefined {
    const learnt = this.#learnt;
    return learnt !== undefined && this.#options.clock.now() < learnt.untilMs ? learnt : undefined;
  }

  #mayLeaveOutTools({ hasTools }: Sent): boolean {
    return hasTools && this.#options.tools === 'auto';
  }

  #learnTools(): void {
    const { clock, logger, name } = this.#options;
    const isNews = this.takesTools;
    this.#refusesToolsUntilMs = clock.now() + LEARNT_MS;
    // Others may have asked with tools at the same time.
    if (!isNews) return;
    logger.warn(
      { provider: name, note: 'tools' },
      'language model refuses tools: it is asked without them',
    );
  }

  #learnReasoning(): void {
    const { clock, logger, name } = this.#options;
    const isNews = this.takesReasoning;
    this.#refusesReasoningUntilMs = clock.now() + LEARNT_MS;
    if (!isNews) return;
    logger.warn(
      { provider: name },
      'the language model does not accept how much to think: it decides itself',
    );
  }

  #learnContext(refusal: string, { estimatedTokens }: Sent): void {
    const { clock, logger, name } = this.#options;
    const { maxTokens, sentTokens } = readContext(refusal);
    const tokensPerEstimate = Math.max(
      this.#present?.tokensPerEstimate ?? 1,
      (sentTokens ?? 0) / estimatedTokens,
    );
    const contextTokens = Math.max(MIN_CONTEXT_TOKENS, maxTokens ?? estimatedTokens);
    const learnt = { contextTokens, tokensPerEstimate, untilMs: clock.now() + LEARNT_MS };
    this.#learnt = learnt;
    const { inputTokens } = this.room;
    if (inputTokens >= estimatedTokens) {
      // By its own numbers it should have been taken: it counts otherwise than we do.
      const more = (inputTokens + 1) / (estimatedTokens * SMALLER);
      this.#learnt = { ...learnt, tokensPerEstimate: tokensPerEstimate * more };
    }
    logger.warn(
      { provider: name, note: 'context', contextTokens },
      'language model refuses for its context: it is sent less',
    );
  }
}

/**
 * Reads the numbers out of a refusal because of the context, as OpenAI, Anthropic, Google, Groq,
 * vLLM, SGLang, llama.cpp, LM Studio, TGI and xAI word it.
 */
export function readContext(refusal: string): ContextTold {
  return {
    maxTokens: firstNumber(refusal, MAX_WORDINGS),
    sentTokens: firstNumber(refusal, SENT_WORDINGS),
  };
}

function firstNumber(text: string, wordings: readonly RegExp[]): number | undefined {
  for (const wording of wordings) {
    const digits = wording.exec(text)?.[1];
    if (digits !== undefined) return Number(digits.replaceAll(',', ''));
  }
  return undefined;
}

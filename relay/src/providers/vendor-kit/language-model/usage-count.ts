import { z } from 'zod';
import { estimateTokens } from '../../../base/lib/token-estimate.ts';
import type { TokenUsage } from '../../../call/stages/generator/generator.ts';

/** No model takes or writes as much in one step. */
const MAX_STEP_TOKENS = 100_000_000;

interface ReportedUsage {
  readonly inputTokens: number | undefined;
  /** Among the input: read from the vendor's cache, and written into it. */
  readonly cachedInputTokens?: number | undefined;
  readonly cacheWriteTokens?: number | undefined;
  readonly outputTokens: number | undefined;
}

const NOTHING = { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };

/**
 * Tokens of one answer, over all its steps. What a step did not report, because it was cut short
 * or the server does not count, is estimated. A step is owed from the moment it is submitted:
 * vendors read all of it, whether the answer is waited for or not.
 */
export class UsageCount {
  #total = { ...NOTHING };
  #isEstimated = false;
  /** Of the latest step: estimated, and as the vendor counts it. */
  #estimatedInput = 0;
  #stepInputTokens: number | undefined;
  #stepText = '';
  #isStepOpen = false;

  /** Whether a step that ended so far did not count all of it itself. */
  get isEstimated(): boolean {
    return this.#isEstimated;
  }

  /** A step has left; before that nothing is owed for it. @param inputTokens - estimated */
  submitted(inputTokens: number): void {
    this.#endIfOpen();
    this.#estimatedInput = inputTokens;
    this.#isStepOpen = true;
  }

  /** The vendor did nothing for what was submitted. */
  refused(): void {
    this.#begin();
  }

  /** Something was received. */
  received(text = ''): void {
    this.#isStepOpen = true;
    this.#stepText += text;
  }

  /** Some vendors report the input before they answer. */
  stepBegan(inputTokens: number): void {
    this.#isStepOpen = true;
    this.#stepInputTokens = inputTokens;
  }

  stepEnded(usage: ReportedUsage): void {
    const input = counted(usage.inputTokens) ?? counted(this.#stepInputTokens);
    const output = counted(usage.outputTokens);
    const inputTokens = input ?? this.#estimatedInput;
    const total = this.#total;
    total.inputTokens += inputTokens;
    // No more than there was: the rest of the input is what is left of these.
    const cachedTokens = Math.min(counted(usage.cachedInputTokens) ?? 0, inputTokens);
    total.cachedInputTokens += cachedTokens;
    const uncachedTokens = inputTokens - cachedTokens;
    total.cacheWriteTokens += Math.min(counted(usage.cacheWriteTokens) ?? 0, uncachedTokens);
    total.outputTokens += output ?? estimateTokens(this.#stepText);
    this.#isEstimated ||= input === undefined || output === undefined;
    this.#begin();
  }

  /** @returns what was not taken before; undefined if nothing was submitted since */
  takeTotal(): TokenUsage | undefined {
    this.#endIfOpen();
    const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens } = this.#total;
    this.#total = { ...NOTHING };
    if (inputTokens + outputTokens === 0) return undefined;
    return {
      inputTokens,
      ...(cachedInputTokens > 0 && { cachedInputTokens }),
      ...(cacheWriteTokens > 0 && { cacheWriteTokens }),
      outputTokens,
    };
  }

  #endIfOpen(): void {
    if (this.#isStepOpen) this.stepEnded({ inputTokens: undefined, outputTokens: undefined });
  }

  #begin(): void {
    this.#stepInputTokens = undefined;
    this.#stepText = '';
    this.#isStepOpen = false;
  }
}

const startMetadata = z.object({
  anthropic: z.object({
    usage: z.object({
      input_tokens: z.number(),
      cache_creation_input_tokens: z.number().nullish(),
      cache_read_input_tokens: z.number().nullish(),
    }),
  }),
});

/**
 * The input that is counted when an answer begins: what the AI SDK passes on of Anthropic's
 * `message_start`, in which tokens of the cache are counted apart from the others.
 *
 * @param metadata - `providerMetadata` of a part of kind `custom`
 * @returns undefined if it is about something else
 */
export function inputTokensAtStart(metadata: unknown): number | undefined {
  const parsed = startMetadata.safeParse(metadata);
  if (!parsed.success) return undefined;
  const { usage } = parsed.data.anthropic;
  return (
    usage.input_tokens +
    (usage.cache_creation_input_tokens ?? 0) +
    (usage.cache_read_input_tokens ?? 0)
  );
}

/** Some servers send 0 for what they did not count; and what is sent must not upset our own sums. */
function counted(told: number | undefined): number | undefined {
  const isCount = told !== undefined && told > 0 && told <= MAX_STEP_TOKENS;
  return isCount ? Math.round(told) : undefined;
}

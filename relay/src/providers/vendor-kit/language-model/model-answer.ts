import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { GeneratorEvent } from '../../../call/stages/generator/generator.ts';
import { ProviderError } from '../../../call/stages/provider-error.ts';
import type { Reasoning } from './reasoning.ts';
import { SpokenTextFilter } from './spoken-text-filter.ts';
import { thinksAloud, type ThoughtFilter, type UntaggedThoughts } from './untagged-thoughts.ts';
import { inputTokensAtStart, type UsageCount } from './usage-count.ts';

/** Said for a model that refuses in silence. */
const WILL_NOT_ANSWER = "I'm sorry, I can't help with that.";

/** Said for an answer that is nothing but code. */
const ONLY_CODE = 'The answer is code, which I cannot read aloud.';

type FinishReason = Extract<LanguageModelV4StreamPart, { type: 'finish' }>['finishReason'];

interface ModelAnswerOptions {
  readonly name: string;
  readonly thoughts: UntaggedThoughts;
  readonly reasoning: Reasoning;
}

/** Turns the parts of one answer into events; reasoning is counted and left out. */
export class ModelAnswer {
  readonly #name: string;
  readonly #usage: UsageCount;
  readonly #untagged: UntaggedThoughts;
  /** Of the present step. */
  #thoughts: ThoughtFilter;
  readonly #filter = new SpokenTextFilter();
  #hasText = false;
  #isFinished = false;
  #isRefused = false;
  /** Code was left out. */
  #hasCode = false;
  /** What came in the place for thoughts of a model that was told not to think. */
  #misplaced: string | undefined;

  constructor({ name, thoughts, reasoning }: ModelAnswerOptions, usage: UsageCount) {
    this.#name = name;
    this.#misplaced = reasoning === 'none' ? '' : undefined;
    this.#usage = usage;
    this.#untagged = thoughts;
    this.#thoughts = thoughts.begin();
  }

  *take(part: LanguageModelV4StreamPart): Iterable<GeneratorEvent> {
    switch (part.type) {
      case 'text-start':
        // A second text, after tools: its first word must not cling to the last one.
        if (this.#hasText) yield* this.#said(this.#filter.push(' '));
        break;
      case 'text-delta':
        this.#usage.received(part.delta);
        yield* this.#written(this.#thoughts.push(part.delta));
        break;
      case 'reasoning-start':
        this.#thoughts.thoughtApart();
        yield { type: 'thought' };
        break;
      case 'reasoning-delta':
        this.#usage.received(part.delta);
        if (this.#misplaced !== undefined) this.#misplaced += part.delta;
        yield { type: 'thought' };
        break;
      case 'reasoning-end':
        this.#thoughts.thoughtEnded();
        break;
      case 'custom': {
        const inputTokens = inputTokensAtStart(part.providerMetadata);
        if (inputTokens !== undefined) this.#usage.stepBegan(inputTokens);
        break;
      }
      case 'tool-call':
        this.#usage.received(part.input);
        // The words before it are to be heard while the tool works.
        yield* this.#written(this.#thoughts.end(false));
        yield* this.#said(this.#filter.flush());
        if (this.#hasText) yield* this.#said(this.#filter.push(' '));
        yield { type: 'tool-called', name: part.toolName };
        break;
      case 'finish': {
        const { inputTokens, outputTokens } = part.usage;
        this.#usage.stepEnded({
          inputTokens: inputTokens.total,
          cachedInputTokens: inputTokens.cacheRead,
          cacheWriteTokens: inputTokens.cacheWrite,
          outputTokens: outputTokens.total,
        });
        this.#check(part.finishReason);
        // It was thinking after all, and used something or came to no end.
        if (part.finishReason.unified !== 'stop') this.#misplaced = undefined;
        yield* this.#written(this.#thoughts.end(part.finishReason.unified === 'length'));
        this.#thoughts = this.#untagged.begin();
        this.#isFinished = true;
        break;
      }
      case 'raw':
        this.#hasCode = true;
        break;
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
    // A refusal to say something is an answer: another model is not asked instead.
    if (!this.#hasText && this.#isRefused) yield* this.#said(WILL_NOT_ANSWER);
    // Some servers take the whole answer of a model that does not think for its thoughts.
    const misplaced = this.#misplaced ?? '';
    if (!this.#hasText && !this.#isRefused && !thinksAloud(misplaced)) {
      yield* this.#said(this.#filter.push(misplaced) + this.#filter.flush());
    }
    if (!this.#hasText && this.#hasCode) yield* this.#said(ONLY_CODE);
    if (!this.#hasText) throw this.#failure('malformed', 'empty answer');
  }

  /** @param text - of the answer; undefined if the model wrote a thought */
  *#written(text: string | undefined): Iterable<GeneratorEvent> {
    if (text === undefined) yield { type: 'thought' };
    else yield* this.#said(this.#filter.push(text));
  }

  *#said(text: string): Iterable<GeneratorEvent> {
    if (text === '') return;
    this.#hasText ||= text.trim() !== '';
    yield { type: 'text-delta', text };
  }

  /** A stream that ends without the vendor's own word for why was cut off. */
  #check({ unified, raw }: FinishReason): void {
    this.#isRefused = unified === 'content-filter';
    if (unified === 'error') throw this.#failure('malformed', 'error');
    // OpenAI's Responses say why only if they are not whole.
    const isWhole = unified === 'stop' || unified === 'tool-calls';
    if (raw === undefined && !isWhole) throw this.#failure('closed');
  }

  #failure(fault: 'malformed' | 'closed', note?: string): ProviderError {
    return new ProviderError({ provider: this.#name, stage: 'generator', fault, note });
  }
}

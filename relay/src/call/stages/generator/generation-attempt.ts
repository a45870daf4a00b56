import { ParleyError } from '@parley/shared';
import type { UsedUnits } from '../../../people/metering/ledger.ts';
import type { GenerateRequest, Generator, GeneratorEvent, TokenUsage } from './generator.ts';
import type { ReportUse } from '../provider.ts';
import { AttemptScope, closeIterator } from '../health/attempt-scope.ts';
import type { Attempt } from '../health/attempts.ts';
import type { StageCandidates } from '../health/stage-candidates.ts';

/** The next step of a generator: an event, its end (undefined), or its failure. */
export type GenerationStep =
  | { readonly of: GenerationAttempt; readonly event: GeneratorEvent | undefined }
  | { readonly of: GenerationAttempt; readonly error: unknown };

export interface GenerationAttemptOptions {
  readonly stage: StageCandidates<Generator>;
  readonly attempt: Attempt<Generator>;
  readonly request: GenerateRequest;
  readonly onUsed: ReportUse;
  /** Longest wait for the first word, tool or thought. */
  readonly firstMs: number;
}

/** What one generator gives of a reply, until it is done or fails. Keeps the deadlines. */
export class GenerationAttempt implements Disposable {
  readonly attempt: Attempt<Generator>;
  readonly #stage: StageCandidates<Generator>;
  readonly #scope: AttemptScope;
  readonly #events: AsyncIterator<GeneratorEvent>;
  readonly #onUsed: ReportUse;
  #step: Promise<GenerationStep> | undefined;
  /** Longest wait for what comes next. */
  #patienceMs: number;
  /** The time since when no word and no use of a tool came. */
  #silentSinceMs: number;
  #hasProgressed = false;
  #isThinking = false;
  /** A model that works on a hard question to the last is not at fault. */
  readonly #lateError = (): Error =>
    this.#isThinking
      ? new ParleyError('generator_timeout', { cause: 'thinking' })
      : this.#stage.timeoutError();

  constructor({ stage, attempt, request, onUsed, firstMs }: GenerationAttemptOptions) {
    this.attempt = attempt;
    this.#onUsed = onUsed;
    this.#stage = stage;
    this.#patienceMs = firstMs;
    this.#silentSinceMs = stage.clock.now();
    this.#scope = new AttemptScope(request.signal, stage.clock, () => attempt.abandoned());
    const events = attempt.candidate.provider.generate({
      ...request,
      signal: this.#scope.signal,
      onCutOff: (usage) => {
        this.#used(usage, true);
        request.onCutOff?.(usage);
      },
    });
    this.#events = events[Symbol.asyncIterator]();
    // Usage may come before the first word: it does not buy more time for that.
    this.#scope.setDeadline(firstMs, this.#lateError);
  }

  /** Whether it had an effect that must not be said or done again. */
  get hasProgressed(): boolean {
    return this.#hasProgressed;
  }

  /** The step that is under way, or else the next one. Never rejects. */
  step(): Promise<GenerationStep> {
    this.#step ??= this.#next().then(
      (event) => ({ of: this, event }),
      (error: unknown) => ({ of: this, error }),
    );
    return this.#step;
  }

  /** The step was read: `step` gives the one after it. */
  taken(): void {
    this.#step = undefined;
  }

  [Symbol.dispose](): void {
    closeIterator(this.#events);
    this.attempt.abandoned();
    this.#scope[Symbol.dispose]();
  }

  async #next(): Promise<GeneratorEvent | undefined> {
    if (this.#hasProgressed) this.#scope.setDeadline(this.#patienceMs, this.#lateError);
    const read = this.#events.next();
    // Also of one that is given up meanwhile: it is paid for.
    read.then(
      ({ value }) => {
        if (value?.type === 'usage-reported') this.#used(value, value.isEstimated === true);
      },
      () => {},
    );
    const next = await this.#scope.wait(read);
    if (next.done === true) {
      // An answer without a word would be silence.
      if (!this.#hasProgressed) throw this.#stage.endedEarlyError();
      this.attempt.succeeded();
      return undefined;
    }
    this.#took(next.value);
    return next.value;
  }

  #took(event: GeneratorEvent): void {
    const { policy, clock } = this.#stage;
    const { generatorFirstMs, generatorStallMs, generatorThinkingMs } = policy.attempts;
    switch (event.type) {
      case 'text-delta':
        if (event.text.trim() !== '') this.#progressed(generatorStallMs);
        break;
      case 'not-understood':
        this.#progressed(generatorStallMs);
        break;
      case 'tool-called':
        // A tool takes a time of its own, and another generator could not take over any more.
        this.#progressed(policy.deadlines.generatorMs);
        break;
      case 'tools-answered':
        this.#progressed(generatorFirstMs);
        break;
      case 'thought': {
        const leftMs = this.#silentSinceMs + generatorThinkingMs - clock.now();
        const patienceMs = Math.max(0, Math.min(generatorFirstMs, leftMs));
        this.#isThinking = true;
        if (this.#hasProgressed) this.#patienceMs = patienceMs;
        else this.#scope.setDeadline(patienceMs, this.#lateError);
        break;
      }
      case 'next-suggested':
      case 'usage-reported':
        break;
    }
    // From now on the reader's own time does not count as the generator's.
    if (this.#hasProgressed) this.#scope.clearDeadline();
  }

  #used(usage: TokenUsage, isEstimated: boolean): void {
    const { model } = this.attempt.candidate.provider;
    if (model !== undefined) this.#onUsed({ model, units: unitsOf(usage), isEstimated });
  }

  #progressed(patienceMs: number): void {
    this.#hasProgressed = true;
    this.#silentSinceMs = this.#stage.clock.now();
    this.#patienceMs = patienceMs;
    this.#isThinking = false;
    this.attempt.proved();
  }
}

export function unitsOf(usage: TokenUsage): UsedUnits {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens } = usage;
  return {
    inputTokens,
    ...(cachedInputTokens !== undefined && { cachedInputTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
    outputTokens,
  };
}

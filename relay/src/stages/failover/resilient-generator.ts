import { AttemptScope, closeIterator } from './attempt-scope.ts';
import type { Attempt } from './attempts.ts';
import type { GenerateRequest, Generator, GeneratorEvent } from '../generator.ts';
import type { StageCandidates } from './stage-candidates.ts';

/**
 * Several generators as one. Another takes over only while nothing has come of the reply: once a
 * word was given or a tool was used, doing it all again would say or do things twice, and the
 * failure is passed up.
 */
export class ResilientGenerator implements Generator {
  readonly #stage: StageCandidates<Generator>;

  constructor(stage: StageCandidates<Generator>) {
    this.#stage = stage;
  }

  get name(): string {
    return this.#stage.active;
  }

  prepare(): () => void {
    return this.#stage.prepare();
  }

  async *generate(request: GenerateRequest): AsyncGenerator<GeneratorEvent, void, undefined> {
    const { clock } = this.#stage;
    const attempts = this.#stage.attempts(request);
    const startedAtMs = clock.now();
    if (request.signal.aborted) return;
    let next = attempts.first();
    while (next !== undefined) {
      const attempt = next;
      const progress = { isTouched: false };
      try {
        yield* this.#attempt(attempt, request, progress, () =>
          this.#firstMs(startedAtMs, attempts.remaining),
        );
        return;
      } catch (error) {
        if (request.signal.aborted) return;
        if (progress.isTouched) {
          attempt.failed(error);
          throw error;
        }
        next = attempts.next(attempt, error);
      } finally {
        attempt.abandoned();
      }
    }
    throw attempts.exhausted();
  }

  async *#attempt(
    attempt: Attempt<Generator>,
    request: GenerateRequest,
    progress: { isTouched: boolean },
    firstMs: () => number,
  ): AsyncGenerator<GeneratorEvent, void, undefined> {
    const { clock, policy, timeoutError } = this.#stage;
    using scope = new AttemptScope(request.signal, clock);
    const { onFailover: _, ...rest } = request;
    const events = attempt.candidate.provider.generate({ ...rest, signal: scope.signal });
    const iterator = events[Symbol.asyncIterator]();
    try {
      // Usage may come before the first word: it does not buy more time for that.
      scope.setDeadline(firstMs(), timeoutError);
      let stallMs: number | undefined;
      for (;;) {
        if (stallMs !== undefined) scope.setDeadline(stallMs, timeoutError);
        const next = await scope.wait(iterator.next());
        if (next.done === true) {
          // An answer without a word would be silence.
          if (!progress.isTouched) throw this.#stage.endedEarlyError();
          attempt.succeeded();
          return;
        }
        if (next.value.type === 'tool-called') {
          // It takes a time of its own, and nobody could take over any more.
          const { generatorMs } = policy.deadlines;
          stallMs = this.#stage.budgetMs(generatorMs, generatorMs, clock.now(), 1);
        } else if (isText(next.value)) {
          stallMs = policy.attempts.generatorStallMs;
        }
        progress.isTouched = stallMs !== undefined;
        if (progress.isTouched) scope.clearDeadline();
        yield next.value;
      }
    } finally {
      closeIterator(iterator);
    }
  }

  #firstMs(startedAtMs: number, remaining: number): number {
    const { attempts, deadlines } = this.#stage.policy;
    const { generatorFirstMs } = attempts;
    return this.#stage.budgetMs(generatorFirstMs, deadlines.generatorMs, startedAtMs, remaining);
  }
}

function isText(event: GeneratorEvent): boolean {
  return event.type === 'text-delta' && event.text !== '';
}

import type { GenerateRequest, Generator, GeneratorEvent } from '../generator.ts';
import type { FailoverObserver } from '../provider.ts';
import { AttemptScope, closeIterator } from './attempt-scope.ts';
import type { Attempt } from './attempts.ts';
import type { StageCandidates } from './stage-candidates.ts';

/**
 * Several generators as one. Another takes over only while nothing has come of the reply: once a
 * word was given or a tool was used, doing it all again would say or do things twice, and the
 * failure is passed up.
 */
export class FailoverGenerator {
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

  /** As `Generator.generate`. Deadlines are kept here, and an abort takes effect at once. */
  async *generate(
    request: GenerateRequest,
    observer: FailoverObserver,
  ): AsyncGenerator<GeneratorEvent, void, undefined> {
    const { signal } = request;
    const attempts = this.#stage.attempts(observer);
    const startedAtMs = this.#stage.clock.now();
    let next = signal.aborted ? undefined : attempts.first();
    while (next !== undefined) {
      using attempt = new GenerationAttempt(this.#stage, next, request, () =>
        this.#firstMs(startedAtMs, attempts.remaining),
      );
      try {
        for (let event = await attempt.next(); event !== undefined; event = await attempt.next()) {
          yield event;
        }
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (attempt.hasProgressed) {
          next.failed(error);
          throw error;
        }
        next = attempts.next(next, error);
      }
    }
    if (!signal.aborted) throw attempts.exhausted();
  }

  #firstMs(startedAtMs: number, remaining: number): number {
    const { attempts, deadlines } = this.#stage.policy;
    const { generatorFirstMs } = attempts;
    return this.#stage.budgetMs(generatorFirstMs, deadlines.generatorMs, startedAtMs, remaining);
  }
}

/** What one generator gives of a reply, until it is done or fails. */
class GenerationAttempt implements Disposable {
  readonly #stage: StageCandidates<Generator>;
  readonly #attempt: Attempt<Generator>;
  readonly #scope: AttemptScope;
  readonly #events: AsyncIterator<GeneratorEvent>;
  /** Longest wait for the next event, once there was one that counts. */
  #stallMs: number | undefined;

  constructor(
    stage: StageCandidates<Generator>,
    attempt: Attempt<Generator>,
    request: GenerateRequest,
    firstMs: () => number,
  ) {
    this.#stage = stage;
    this.#attempt = attempt;
    this.#scope = new AttemptScope(request.signal, stage.clock, () => attempt.abandoned());
    const { provider } = attempt.candidate;
    const events = provider.generate({ ...request, signal: this.#scope.signal });
    this.#events = events[Symbol.asyncIterator]();
    // Usage may come before the first word: it does not buy more time for that.
    this.#scope.setDeadline(firstMs(), stage.timeoutError);
  }

  /** Whether something came of it that must not be said or done again. */
  get hasProgressed(): boolean {
    return this.#stallMs !== undefined;
  }

  /** @returns undefined at the end. @throws what the generator failed with */
  async next(): Promise<GeneratorEvent | undefined> {
    const { policy, clock, timeoutError } = this.#stage;
    if (this.#stallMs !== undefined) this.#scope.setDeadline(this.#stallMs, timeoutError);
    const next = await this.#scope.wait(this.#events.next());
    if (next.done === true) {
      // An answer without a word would be silence.
      if (!this.hasProgressed) throw this.#stage.endedEarlyError();
      this.#attempt.succeeded();
      return undefined;
    }
    const event = next.value;
    if (event.type === 'tool-called') {
      // It takes a time of its own, and another generator could not take over any more.
      const { generatorMs } = policy.deadlines;
      this.#stallMs = this.#stage.budgetMs(generatorMs, generatorMs, clock.now(), 1);
    } else if (event.type === 'text-delta' && event.text !== '') {
      this.#stallMs = policy.attempts.generatorStallMs;
      this.#attempt.proved();
    }
    if (this.hasProgressed) this.#scope.clearDeadline();
    return event;
  }

  [Symbol.dispose](): void {
    closeIterator(this.#events);
    this.#attempt.abandoned();
    this.#scope[Symbol.dispose]();
  }
}

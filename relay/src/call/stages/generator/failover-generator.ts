import { afterDeadline } from '../../../base/lib/deadline.ts';
import type {
  GenerateRequest,
  Generator,
  GeneratorEvent,
  GeneratorStage,
  Summary,
  SummaryRequest,
  TokenUsage,
} from './generator.ts';
import type { FailoverObserver } from '../provider.ts';
import { AttemptScope } from '../health/attempt-scope.ts';
import type { Attempt, Attempts, Candidate } from '../health/attempts.ts';
import { GenerationAttempt, unitsOf, type GenerationStep } from './generation-attempt.ts';
import type { StageCandidates } from '../health/stage-candidates.ts';

/** Longest that a summary may take; nothing waits for it. */
const SUMMARY_MS = 20_000;

/**
 * Several generators as one. The next one is asked when one fails, and also while one is silent for
 * long; the first that says a word or uses a tool gives the reply. From then on doing it all again
 * would say or do things twice, and a failure is passed up.
 */
export class FailoverGenerator implements GeneratorStage {
  readonly #stage: StageCandidates<Generator>;

  constructor(stage: StageCandidates<Generator>) {
    this.#stage = stage;
  }

  get answersAtOnce(): boolean {
    return this.#healthy?.provider.answersAtOnce === true;
  }

  prepare(language?: string): () => void {
    return this.#stage.prepare(language);
  }

  get historyTokens(): number | undefined {
    return this.#healthy?.provider.historyTokens;
  }

  async summarise(
    request: SummaryRequest,
    { caller, onUsed }: Pick<FailoverObserver, 'caller' | 'onUsed'>,
  ): Promise<(Summary & { readonly provider: string }) | undefined> {
    const { name, provider, health } = this.#healthy ?? {};
    const permit = provider?.summarise && health?.acquire(undefined, caller);
    if (name === undefined || permit === undefined) return undefined;
    using scope = new AttemptScope(request.signal, this.#stage.clock, () => permit.abandoned());
    const report = this.#stage.reporterOf(name, { onUsed }, 'summary');
    const used = (usage: TokenUsage, isEstimated: boolean) => {
      const { model } = provider!;
      if (model !== undefined) report({ model, units: unitsOf(usage), isEstimated });
    };
    const onCutOff = (usage: TokenUsage) => {
      used(usage, true);
      request.onCutOff?.(usage);
    };
    scope.setDeadline(SUMMARY_MS, () => {
      // A model on a slow machine answers in time, but writes no summary in it: no failure.
      permit.abandoned();
      return this.#stage.timeoutError();
    });
    try {
      const written = provider!.summarise!({ ...request, signal: scope.signal, onCutOff });
      // Also if it comes too late: it is paid for.
      written.then(({ usage, isEstimated = false }) => used(usage, isEstimated)).catch(() => {});
      const summary = await scope.wait(written);
      permit.succeeded();
      return { ...summary, provider: name };
    } catch (error) {
      permit.failed(error);
      throw error;
    }
  }

  /** The first that works; one that is on trial has more important things to do. */
  get #healthy(): Candidate<Generator> | undefined {
    return this.#stage.candidates.find(
      ({ health }) => health?.isUsable === true && health.breaker === 'closed',
    );
  }

  async *generate(
    request: GenerateRequest,
    observer: FailoverObserver,
  ): AsyncGenerator<GeneratorEvent, void, undefined> {
    const { signal } = request;
    if (signal.aborted) return;
    using race = new GenerationRace(this.#stage, request, observer);
    try {
      for (let event = await race.next(); event !== undefined; event = await race.next()) {
        yield event;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/** One reply: the generators that are asked for it, and the one of them that gives it. */
class GenerationRace implements Disposable {
  readonly #stage: StageCandidates<Generator>;
  readonly #request: GenerateRequest;
  readonly #observer: FailoverObserver;
  readonly #attempts: Attempts<Generator>;
  readonly #startedAtMs: number;
  /** In the order in which they were asked. */
  #running: readonly GenerationAttempt[] = [];
  #winner: GenerationAttempt | undefined;
  /** Settles when the next one is to be asked as well. */
  #hedge = Promise.withResolvers<undefined>();
  #cancelHedge: () => void = () => {};

  constructor(
    stage: StageCandidates<Generator>,
    request: GenerateRequest,
    observer: FailoverObserver,
  ) {
    this.#stage = stage;
    this.#request = request;
    this.#observer = observer;
    this.#attempts = stage.attempts(observer, request.person.language);
    this.#startedAtMs = stage.clock.now();
    this.#ask(this.#attempts.first());
  }

  /** @returns undefined at the end. @throws what the reply failed with; the reason of an abort */
  async next(): Promise<GeneratorEvent | undefined> {
    for (;;) {
      const step = await this.#step();
      if (this.#request.signal.aborted) return undefined;
      if (step === undefined) {
        this.#hedge = Promise.withResolvers();
        // One that answers at once would always win: it is asked only if the others fail.
        this.#ask(this.#attempts.beside((provider) => provider.answersAtOnce !== true));
        continue;
      }
      step.of.taken();
      if ('error' in step) {
        this.#lost(step.of, step.error);
        continue;
      }
      if (this.#winner === undefined && step.of.hasProgressed) this.#won(step.of);
      const { event } = step;
      if (event === undefined) return undefined;
      // The tool begins to work when the generator is asked to go on, which is now, if it is wanted.
      const isWanted = this.#request.isSpeculative !== true;
      if (event.type === 'tool-called' && isWanted) void step.of.step();
      if (event.type !== 'thought') return event;
      this.#awaitHedge();
    }
  }

  [Symbol.dispose](): void {
    this.#cancelHedge();
    for (const running of this.#running) running[Symbol.dispose]();
  }

  /** @returns undefined if it is time to ask the next one. @throws once none is left */
  #step(): Promise<GenerationStep | undefined> {
    if (this.#winner !== undefined) return this.#winner.step();
    if (this.#running.length === 0) throw this.#attempts.exhausted();
    return Promise.race([...this.#running.map((each) => each.step()), this.#hedge.promise]);
  }

  #ask(attempt: Attempt<Generator> | undefined): void {
    if (attempt === undefined) return;
    const { generatorFirstMs, generatorHedgeMs } = this.#stage.policy.attempts;
    const { generatorMs } = this.#stage.policy.deadlines;
    // All together have little more time than one alone.
    const leftMs = generatorFirstMs + generatorHedgeMs - this.#elapsedMs;
    const firstMs = Math.min(generatorFirstMs, Math.max(generatorHedgeMs, leftMs), generatorMs);
    const onUsed = this.#stage.reporterOf(attempt.candidate.name, this.#observer);
    const asked = { stage: this.#stage, attempt, request: this.#request, onUsed, firstMs };
    this.#running = [...this.#running, new GenerationAttempt(asked)];
    this.#awaitHedge();
  }

  /** From now on the generators that run may be silent for so long before another is asked. */
  #awaitHedge(): void {
    this.#cancelHedge();
    if (this.#winner !== undefined) return;
    const { resolve } = (this.#hedge = Promise.withResolvers<undefined>());
    const { policy, clock } = this.#stage;
    const ask = () => resolve(undefined);
    this.#cancelHedge = afterDeadline(clock, policy.attempts.generatorHedgeMs, ask);
  }

  /** @throws the error if the reply cannot be given by another any more */
  #lost(loser: GenerationAttempt, error: unknown): void {
    this.#leave(loser);
    if (loser === this.#winner) {
      loser.attempt.failed(error);
      loser[Symbol.dispose]();
      throw error;
    }
    const [other] = this.#running;
    if (other === undefined) this.#ask(this.#attempts.next(loser.attempt, error));
    else this.#attempts.overtaken(loser.attempt, error, other.attempt);
    loser[Symbol.dispose]();
  }

  /** Those asked before it were silent too long; those asked later are not counted as failed. */
  #won(winner: GenerationAttempt): void {
    this.#winner = winner;
    this.#cancelHedge();
    const before = this.#running.slice(0, this.#running.indexOf(winner));
    for (const { attempt } of before) {
      this.#attempts.overtaken(attempt, this.#stage.timeoutError(), winner.attempt);
    }
    for (const running of this.#running) if (running !== winner) running[Symbol.dispose]();
    this.#running = [winner];
  }

  #leave(attempt: GenerationAttempt): void {
    this.#running = this.#running.filter((running) => running !== attempt);
  }

  get #elapsedMs(): number {
    return this.#stage.clock.now() - this.#startedAtMs;
  }
}

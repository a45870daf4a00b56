import type { Clock } from '../../../base/lib/clock.ts';
import { OVER } from '../../../base/lib/deadline.ts';
import type { Logger } from '../../../base/lib/logger.ts';
import type { Person, TokenUsage } from '../../stages/generator/generator.ts';
import type { ProviderUse } from '../../stages/provider.ts';
import type { Stages } from '../../stages/stages.ts';
import type { EmitCallEvent } from '../../events/call-events.ts';
import type { History, OldestPart } from './history.ts';
import { NO_BUDGET, type TurnBudget } from '../turn-budget.ts';

/** From this share of what a generator is sent on, the oldest part is summarised. */
const FULL_SHARE = 0.75;
/** Of what a generator is sent, how much stays as it was said. */
const KEPT_SHARE = 0.4;
/** The tokens kept for a generator that has no use for them, in case another replaces it. */
const FORGETFUL_TOKENS = 4_000;
/** Under this name a summary is reserved for and settled, as if it were a turn. */
export const SUMMARY_TURN = 'summary';
/** Longest summary, characters. */
const MAX_CHARACTERS = 2_400;

export interface HistorySummaryOptions {
  readonly history: History;
  readonly generator: Stages['generator'];
  readonly person: () => Person;
  readonly caller: string;
  readonly emit: EmitCallEvent;
  /** Without it nothing limits what a summary may cost. */
  readonly budget?: TurnBudget | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Keeps a long conversation within what its generator takes: its beginning becomes a few sentences,
 * which the same generator writes while no turn is waiting for it. If that fails until the history
 * is full, the oldest part is forgotten, and the generator is informed.
 */
export class HistorySummary {
  readonly #options: HistorySummaryOptions;
  #running: AbortController | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: HistorySummaryOptions) {
    this.#options = options;
  }

  /** An answer is over, and nothing is asked: the time to summarise, if it is needed. */
  consider(): void {
    const { history, generator } = this.#options;
    const boundTokens = generator.historyTokens;
    if (this.#running !== undefined || boundTokens === undefined) return;
    if (history.tokens <= boundTokens * FULL_SHARE) return;
    const part = history.oldest(boundTokens * KEPT_SHARE);
    if (part === undefined) return;
    const { budget = NO_BUDGET } = this.#options;
    if (budget.reserve(SUMMARY_TURN, history.tokens, false) !== 'reserved') return;
    const running = new AbortController();
    this.#running = running;
    this.#work = this.#summarise(part, running.signal).finally(() => {
      // One that was stopped may still run when the next one has begun.
      if (this.#running !== running) return;
      budget.settle(SUMMARY_TURN);
      this.#running = undefined;
    });
  }

  /**
   * Before the first turn of a call that continues an earlier one: the part too long for the
   * generator is summarised now, and forgotten if that fails. Resolves within `deadlineMs`.
   */
  async settle(deadlineMs: number): Promise<void> {
    const { history, generator, clock } = this.#options;
    this.consider();
    const cancel = clock.after(deadlineMs, () => this.stop());
    await this.#work;
    cancel();
    const boundTokens = generator.historyTokens ?? FORGETFUL_TOKENS;
    const part =
      history.tokens > boundTokens ? history.oldest(boundTokens * KEPT_SHARE) : undefined;
    if (part !== undefined) history.replaceOldest(part, '');
  }

  /** A turn is to be answered, or the conversation is over: nothing may delay that. */
  stop(): void {
    if (this.#running === undefined) return;
    this.#running.abort(OVER);
    this.#running = undefined;
    this.#options.budget?.settle(SUMMARY_TURN);
  }

  /** Never rejects. */
  async #summarise(part: OldestPart, signal: AbortSignal): Promise<void> {
    const { history, generator, clock, emit } = this.#options;
    const startedAtMs = clock.now();
    let usage: TokenUsage | undefined;
    const written = await this.#written(part, signal, (owed) => {
      usage = owed;
    });
    usage ??= written?.usage;
    const summary = written?.text.slice(0, MAX_CHARACTERS).trim().toWellFormed() ?? '';
    const isFull = history.tokens > (generator.historyTokens ?? Number.POSITIVE_INFINITY);
    if (summary !== '' || isFull) history.replaceOldest(part, summary);
    const isInterrupted = signal.aborted && !isFull;
    // The text written by then is paid for; if none was, nothing happened.
    if (isInterrupted && usage === undefined) return;
    const failed = isFull ? 'forgotten' : isInterrupted ? 'interrupted' : 'failed';
    emit({
      type: 'history-summarised',
      outcome: summary === '' ? failed : 'summarised',
      provider: written?.provider ?? null,
      messages: part.messages.length,
      usage: usage ?? { inputTokens: 0, outputTokens: 0 },
      durationMs: clock.now() - startedAtMs,
    });
  }

  async #written(
    { messages }: OldestPart,
    signal: AbortSignal,
    onCutOff: (owed: TokenUsage) => void,
  ) {
    const { generator, person, caller, emit, logger } = this.#options;
    const onUsed = (use: ProviderUse) => emit({ type: 'provider-used', ...use });
    try {
      const request = { messages, person: person(), signal, onCutOff };
      return await generator.summarise(request, { caller, onUsed });
    } catch (err) {
      if (!signal.aborted) logger.warn({ err }, 'history summary failed');
      return undefined;
    }
  }
}

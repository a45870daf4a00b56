import type { ConversationOptions } from '../conversation-options.ts';
import { GOODBYE_SENTENCE } from './phrases.ts';
import type { ReplyRequest } from './replies.ts';
import type { Reply } from './reply.ts';
import { NO_BUDGET, type TurnBudget } from '../turn-budget.ts';

/** For the network, and for a client that began to play later than it could. */
const MARGIN_MS = 1_000;
/** For a browser that speaks by itself, or a person who reads. */
const READ_MS = 6_000;
/** Longest that a goodbye may take, until it was heard. */
const MAX_MS = 20_000;

type Shared = 'budget' | 'onGoodbye' | 'output' | 'clock';

/**
 * The end of a call whose budget is used up: a turn that cannot be paid is answered with goodbye,
 * and once that was heard, the call is over.
 */
export class Goodbye {
  readonly #options: Pick<ConversationOptions, Shared>;
  readonly #budget: TurnBudget;
  #reply: Reply | undefined;
  #cancel = () => {};

  constructor(options: Pick<ConversationOptions, Shared>) {
    this.#options = options;
    this.#budget = options.budget ?? NO_BUDGET;
  }

  /** The goodbye is being said, or was: no more turns follow. */
  get isBegun(): boolean {
    return this.#reply !== undefined;
  }

  /** A turn is over and nothing can be paid any more: it is to be said now. */
  get isDue(): boolean {
    return !this.isBegun && this.#budget.isExhausted();
  }

  /**
   * A request that can be paid, if need be once others have settled, or else the goodbye. Sentences
   * of the relay's own are short and mostly remembered: nothing is reserved for them.
   */
  affordable(request: ReplyRequest): ReplyRequest {
    const { turnId } = request;
    if (!this.isBegun && !this.#budget.isExhausted(turnId)) return request;
    this.#budget.payGoodbye(turnId);
    return { ...request, content: { kind: 'words', text: GOODBYE_SENTENCE } };
  }

  begin(reply: Reply): void {
    const { output } = this.#options;
    this.#reply = reply;
    output.event({ type: 'session.ending', reason: 'budget', in_ms: MAX_MS });
    this.#endAfter(MAX_MS);
  }

  /**
   * A reply is over.
   *
   * @param aheadMs - how long the listener still has to play of it
   * @returns whether it was the goodbye
   */
  ended(reply: Reply, aheadMs: number): boolean {
    if (reply !== this.#reply) return false;
    this.#endAfter(aheadMs > 0 ? aheadMs + MARGIN_MS : READ_MS);
    return true;
  }

  /** The call is over before. */
  cancel(): void {
    this.#cancel();
  }

  #endAfter(delayMs: number): void {
    const { clock, onGoodbye } = this.#options;
    this.#cancel();
    this.#cancel = clock.after(delayMs, () => onGoodbye?.());
  }
}

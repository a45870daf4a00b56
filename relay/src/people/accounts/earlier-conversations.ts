import { LRUCache } from 'lru-cache';
import { ParleyError } from '@parley/shared';
import type { Identity } from '../auth/identity.ts';
import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Message } from '../../call/stages/generator/generator.ts';
import type { Stages } from '../../call/stages/stages.ts';
import type { Storage } from '../../keeping/storage/storage.ts';
import type { EmitCallEvent } from '../../call/events/call-events.ts';
import { HistorySummary } from '../../call/turn/remembering/history-summary.ts';
import { History } from '../../call/turn/remembering/history.ts';
import type { TurnBudget } from '../../call/turn/turn-budget.ts';

/** Longest that a person waits for a summary before the call begins, ms. */
const SUMMARY_DEADLINE_MS = 5_000;
/** Conversations that are kept as they were summarised, so that calling again costs nothing. */
const MAX_KEPT = 200;
const KEPT_MS = 600_000;

export interface EarlierConversationsOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Kept {
  /** How many messages the conversation had. */
  readonly count: number;
  /** What of them a generator is to remember. */
  readonly remembered: readonly Message[];
}

/** The conversation that a call continues. */
export interface LoadedConversation {
  readonly id: string;
  readonly history: History;
  /** How many messages the conversation has. */
  readonly count: number;
}

/** Loads the messages of a conversation, for a call that continues it. */
export class EarlierConversations {
  readonly #options: EarlierConversationsOptions;
  readonly #kept = new LRUCache<string, Kept>({ max: MAX_KEPT, ttl: KEPT_MS });

  constructor(options: EarlierConversationsOptions) {
    this.#options = options;
  }

  /** @throws ParleyError `not_found`, also if it is another person's; `storage_unavailable` */
  async load(identity: Identity, id: string): Promise<LoadedConversation> {
    const stored = await this.#options.storage.asUser(identity).messages(id);
    if (stored === undefined) throw new ParleyError('not_found');
    const count = stored.length;
    const kept = this.#kept.get(id);
    // Otherwise something was said since then.
    const isKept = kept?.count === count;
    return { id, count, history: new History(isKept ? kept.remembered : stored) };
  }

  /**
   * Summarises what is too long for the generator, while the person waits for the call to begin:
   * later that would compete with their first question. Never rejects.
   *
   * @param call - the one that continues it, its generator, and the observers of the summary
   */
  async shorten(
    { id, count, history }: LoadedConversation,
    call: {
      readonly sessionId: string;
      readonly timeZone: string;
      readonly generator: Stages['generator'];
      readonly emit: EmitCallEvent;
      /** Pays for it; without it nothing limits what it may cost. */
      readonly budget?: TurnBudget | undefined;
    },
  ): Promise<void> {
    const { clock, logger } = this.#options;
    const { sessionId: caller, timeZone, generator, emit, budget } = call;
    const person = () => ({ timeZone });
    const summary = new HistorySummary({
      ...{ history, generator, person, caller, emit, budget, clock, logger },
    });
    await summary.settle(SUMMARY_DEADLINE_MS);
    this.#kept.set(id, { count, remembered: history.messages });
  }
}

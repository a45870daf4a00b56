import {
  conversationSummarySchema,
  ParleyError,
  type ConversationDetail,
  type UsageRow,
} from '@parley/shared';
import type { GroupedUsage, Storage, UserStore } from '../../src/keeping/storage/storage.ts';

interface Kept {
  conversations: ConversationDetail[];
  usage: UsageRow[];
}

/** A storage in memory: what the routes make of one can be tested without a database. */
export class MemoryStorage implements Storage {
  readonly spoolBytes = 0;
  state: Storage['state'] = 'ok';
  grouped: readonly GroupedUsage[] = [];
  /** All of a user was removed. */
  onRemoved: () => void = () => {};
  readonly #users = new Map<string, Kept>();

  /** What is kept of a user; may be changed. */
  of(userId: string): Kept {
    const kept = this.#users.get(userId) ?? { conversations: [], usage: [] };
    this.#users.set(userId, kept);
    return kept;
  }

  readonly admin: Storage['admin'] = {
    usage: async () => {
      this.#check();
      return this.grouped;
    },
    spentSince: async () => ({ microUsd: 0, byUser: new Map() }),
    turnsBetween: async () => [],
  };

  append(): void {}

  asUser({ userId }: { readonly userId: string }): UserStore {
    const kept = this.of(userId);
    const find = (id: string) => kept.conversations.find((conversation) => conversation.id === id);
    const checked = async <T>(read: () => T): Promise<T> => {
      this.#check();
      return read();
    };
    return {
      conversations: ({ query = '', before, limit }) =>
        checked(() => {
          const matching = kept.conversations.filter(({ title }) => title.includes(query));
          const first = before === undefined ? 0 : Number(before);
          const page = matching.slice(first, first + limit);
          const next = first + limit < matching.length ? String(first + limit) : null;
          return {
            conversations: page.map((one) =>
              conversationSummarySchema.parse({ ...one, turns: one.turns.length, excerpt: null }),
            ),
            next,
          };
        }),
      conversation: (id) => checked(() => find(id)),
      messages: (id) =>
        checked(() =>
          find(id)?.turns.flatMap(({ user_text: said, reply_text: heard }) => [
            ...(said === null ? [] : [{ role: 'user' as const, text: said }]),
            ...(heard === null ? [] : [{ role: 'assistant' as const, text: heard }]),
          ]),
        ),
      rename: (id, title) =>
        checked(() => {
          kept.conversations = kept.conversations.map((one) =>
            one.id === id ? { ...one, title } : one,
          );
          return find(id) !== undefined;
        }),
      remove: (id) =>
        checked(() => {
          const isThere = find(id) !== undefined;
          kept.conversations = kept.conversations.filter((one) => one.id !== id);
          return isThere;
        }),
      usage: ({ from, to }) =>
        checked(() => kept.usage.filter(({ day }) => day >= from && day <= to)),
      removeEverything: () =>
        checked(() => {
          kept.conversations = [];
          kept.usage = [];
          this.onRemoved();
        }),
    };
  }

  #check(): void {
    const isAway = this.state === 'starting' || this.state === 'unavailable';
    if (isAway) throw new ParleyError('storage_unavailable');
  }
}

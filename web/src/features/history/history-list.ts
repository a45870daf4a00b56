import { createStore } from 'zustand/vanilla';
import type { ConversationsResponse, ConversationSummary } from '@parley/shared';
import type { AccountApi, ConversationSearch } from '../account/account-api.ts';
import { afterFailure, problemOf, type Remote, type RemoteProblem } from '../account/remote.ts';

export interface HistoryList {
  readonly search: ConversationSearch;
  readonly found: Remote<ConversationsResponse>;
  /** The page after these: fetched on request. */
  readonly more: 'idle' | 'loading' | RemoteProblem;
}

export type HistoryListStore = ReturnType<typeof createHistoryList>;

/** The conversations that a search finds, page by page. An answer to an earlier search is dropped. */
export function createHistoryList(api: Pick<AccountApi, 'conversations'>) {
  const store = createStore<HistoryList>(() => ({
    search: {},
    found: { kind: 'loading' },
    more: 'idle',
  }));
  let current = new AbortController();
  const begin = (): AbortSignal => {
    current.abort();
    current = new AbortController();
    return current.signal;
  };

  const load = async (): Promise<void> => {
    const signal = begin();
    const { search, found } = store.getState();
    store.setState({ more: 'idle', ...(found.kind === 'failed' ? { found: LOADING } : {}) });
    try {
      const value = await api.conversations(search, null, signal);
      if (!signal.aborted) store.setState({ found: { kind: 'ready', value, problem: null } });
    } catch (error) {
      if (!signal.aborted) store.setState((state) => ({ found: afterFailure(state.found, error) }));
    }
  };

  const loadMore = async (): Promise<void> => {
    const { search, found, more } = store.getState();
    if (found.kind !== 'ready' || found.value.next === null || more === 'loading') return;
    const signal = begin();
    store.setState({ more: 'loading' });
    try {
      const page = await api.conversations(search, found.value.next, signal);
      if (!signal.aborted) {
        store.setState({ more: 'idle', found: { ...found, value: joined(found.value, page) } });
      }
    } catch (error) {
      if (!signal.aborted) store.setState({ more: problemOf(error) });
    }
  };

  return {
    store,
    load,
    loadMore,
    search(search: ConversationSearch): Promise<void> {
      store.setState({ search });
      return load();
    },
    /** Applies a change that was made to one conversation; null: it was deleted. */
    changed(id: string, change: Partial<ConversationSummary> | null): void {
      store.setState(({ found }) => {
        if (found.kind !== 'ready') return {};
        const conversations = found.value.conversations.flatMap((conversation) => {
          if (conversation.id !== id) return [conversation];
          return change === null ? [] : [{ ...conversation, ...change }];
        });
        return { found: { ...found, value: { ...found.value, conversations } } };
      });
    },
    dispose: () => current.abort(),
  };
}

const LOADING = { kind: 'loading' } as const;

/** A conversation that was spoken in meanwhile has moved to the top: it must not stand there twice. */
function joined(before: ConversationsResponse, page: ConversationsResponse): ConversationsResponse {
  const known = new Set(before.conversations.map(({ id }) => id));
  const added = page.conversations.filter(({ id }) => !known.has(id));
  return { conversations: [...before.conversations, ...added], next: page.next };
}

/** Conversations by the local day on which they were last spoken in, latest first. */
export function byDay(
  conversations: readonly ConversationSummary[],
): readonly (readonly [day: string, readonly ConversationSummary[]])[] {
  const days = Map.groupBy(conversations, ({ updated_at: at }) => new Date(at).toDateString());
  return [...days];
}

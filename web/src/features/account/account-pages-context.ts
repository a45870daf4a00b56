import { createContext, useContext } from 'react';
import type { AccountApi } from './account-api.ts';
import type { HistoryListStore } from '../history/history-list.ts';

/** What the pages share while one of them is open. */
interface AccountPagesState {
  readonly api: AccountApi;
  /** Kept while a conversation is read, so that the list keeps its place. */
  readonly list: HistoryListStore;
}

const PagesContext = createContext<AccountPagesState | null>(null);

export const AccountPagesProvider = PagesContext.Provider;

export function useAccountPages(): AccountPagesState {
  const state = useContext(PagesContext);
  if (state === null) throw new Error('useAccountPages outside of an AccountPagesProvider');
  return state;
}

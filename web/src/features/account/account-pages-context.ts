import type { AccountApi } from './account-api.ts';
import type { HistoryListStore } from '../history/history-list.ts';
import { requiredContext } from '../../lib/required-context.ts';

/** What the pages share while one of them is open. */
interface AccountPagesState {
  readonly api: AccountApi;
  /** Kept while a conversation is read, so that the list keeps its place. */
  readonly list: HistoryListStore;
}

export const [AccountPagesProvider, useAccountPages] =
  requiredContext<AccountPagesState>('AccountPagesState');

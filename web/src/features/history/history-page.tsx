import { useEffect, useState } from 'react';
import { SearchX } from 'lucide-react';
import { useStore } from 'zustand';
import type { ConversationsResponse } from '@parley/shared';
import { byDay, type HistoryListStore } from './history-list.ts';
import { dayText } from '../../lib/dates.ts';
import { Button } from '../../ui/button.tsx';
import { useAccountPages } from '../account/account-pages-context.ts';
import { PageFrame } from '../account/page-frame.tsx';
import { LoadingState, PageState, ProblemState, StaleNote } from '../account/page-state.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { NothingKept } from './nothing-kept.tsx';
import { SearchForm } from './search-form.tsx';
import styles from './history-page.module.css';

/** All conversations that are kept, to be searched by words and days. */
export function HistoryPage() {
  const { list } = useAccountPages();
  const found = useStore(list.store, (state) => state.found);
  useEffect(() => {
    const load = (): void => void list.load();
    // Coming back from a conversation finds the list as it was left.
    if (list.store.getState().found.kind !== 'ready') load();
    addEventListener('online', load);
    return () => {
      removeEventListener('online', load);
      list.dispose();
    };
  }, [list]);
  const onRetry = (): void => void list.load();
  const [sawAny, setSawAny] = useState(false);
  // A search among nothing is no use; one that finds nothing must stay to be changed.
  if (!sawAny && found.kind === 'ready' && found.value.conversations.length > 0) setSawAny(true);
  return (
    <PageFrame title="History">
      {found.kind === 'loading' && <LoadingState rows={5} />}
      {found.kind === 'failed' && (
        <ProblemState
          problem={found.problem}
          onRetry={onRetry}
          missing="There is no history here"
        />
      )}
      {found.kind === 'ready' && (
        <>
          {sawAny && <SearchForm list={list} />}
          {found.problem !== null && <StaleNote problem={found.problem} onRetry={onRetry} />}
          <FoundConversations list={list} found={found.value} />
        </>
      )}
    </PageFrame>
  );
}

interface FoundConversationsProps {
  readonly list: HistoryListStore;
  readonly found: ConversationsResponse;
}

function FoundConversations({ list, found }: FoundConversationsProps) {
  const isSearch = useStore(list.store, ({ search }) => Object.values(search).some(Boolean));
  const { conversations } = found;
  const count = found.next === null ? String(conversations.length) : `${conversations.length}+`;
  return (
    <>
      <p className="visually-hidden" role="status">
        {isSearch ? `${count} found` : ''}
      </p>
      {conversations.length === 0 && (isSearch ? <NothingFound list={list} /> : <NothingKept />)}
      {byDay(conversations).map(([day, ofDay]) => (
        <section key={day} className={styles.day} aria-label={dayText(day)}>
          <h2 className={styles.dayName}>{dayText(day)}</h2>
          <ul className={styles.list}>
            {ofDay.map((conversation) => (
              <ConversationRow key={conversation.id} conversation={conversation} />
            ))}
          </ul>
        </section>
      ))}
      {found.next !== null && <More list={list} />}
    </>
  );
}

function More({ list }: { readonly list: HistoryListStore }) {
  const more = useStore(list.store, (state) => state.more);
  return (
    <div className={styles.more}>
      {typeof more === 'object' && 'message' in more && <p role="alert">{more.message}</p>}
      <Button disabled={more === 'loading'} onClick={() => void list.loadMore()}>
        {more === 'loading' ? 'Loading' : 'Show earlier ones'}
      </Button>
    </div>
  );
}

function NothingFound({ list }: { readonly list: HistoryListStore }) {
  return (
    <PageState icon={<SearchX />} title="Nothing found">
      <p>No conversation has these words on these days.</p>
      <Button onClick={() => void list.search({})}>Show all</Button>
    </PageState>
  );
}

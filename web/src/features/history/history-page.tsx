import { useEffect, useState, useMemo, useId, useRef, type FormEvent } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { useStore } from 'zustand';
import type { ConversationsResponse } from '@parley/shared';
import { byDay, type HistoryListStore } from './history-list.ts';
import { dayText, isoDayOf } from '../../lib/dates.ts';
import { Button } from '../../ui/button.tsx';
import { useAccountPages } from '../account/account-pages-context.ts';
import { PageFrame } from '../account/page-frame.tsx';
import { Fetched, LoadingState, PageState } from '../account/page-state.tsx';
import { ConversationRow } from './conversation-row.tsx';
import styles from './history-page.module.css';
import { Link } from 'wouter';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { createRemote } from '../account/remote.ts';
import stateStyles from '../account/page-state.module.css';
import { useRemote, useReturn } from '../account/use-remote.ts';

const EXPECTED = 'Your conversations are kept here. You can read, search and continue them.';

/** A pause in typing after which is looked. */
const PAUSE_MS = 300;

/** All conversations that are kept, to be searched by words and days. */
export function HistoryPage() {
  const { list } = useAccountPages();
  const found = useStore(list.store, (state) => state.found);
  useEffect(() => {
    // Coming back from a conversation finds the list as it was left.
    if (list.store.getState().found.kind !== 'ready') void list.load();
    return () => list.dispose();
  }, [list]);
  const onRetry = (): void => void list.load();
  useReturn(onRetry);
  const [sawAny, setSawAny] = useState(false);
  // A search among nothing is useless; one that finds nothing must stay to be changed.
  if (!sawAny && found.kind === 'ready' && found.value.conversations.length > 0) setSawAny(true);
  return (
    <PageFrame title="History">
      {sawAny && found.kind === 'ready' && <SearchForm list={list} />}
      <Fetched
        state={found}
        rows={5}
        onRetry={onRetry}
        missing="There is no history here"
        expected={EXPECTED}
      >
        {(value) => <FoundConversations list={list} found={value} />}
      </Fetched>
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
          <h2 className={`quiet ${styles.dayName}`}>{dayText(day)}</h2>
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
    <PageState icon="search-x" title="Nothing found">
      <p>No conversation has these words on these days.</p>
      <Button onClick={() => void list.search({})}>Show all</Button>
    </PageState>
  );
}

/** An empty history: nothing was said yet, or this server keeps nothing of what is said. */
function NothingKept() {
  const { api } = useAccountPages();
  const me = useRemote(useMemo(() => createRemote((signal) => api.me(signal)), [api]));
  // Not one after the other: the reason would change while it is read.
  if (me.kind === 'loading') return <LoadingState rows={2} />;
  if (me.kind === 'ready' && me.value.storage.transcripts === 'off') {
    return (
      <PageState icon="eye-off" title="Conversations are not kept here">
        <p>
          This server is set to keep nothing of what is said. What calls have used and cost is shown
          under Usage.
        </p>
        <Link href={PAGE_PATHS.usage} className={stateStyles.link}>
          To the usage
        </Link>
      </PageState>
    );
  }
  return (
    <PageState icon="messages-square" title="Nothing here yet">
      <p>{EXPECTED}</p>
      <Link href="/" className={stateStyles.link}>
        To the call screen
      </Link>
    </PageState>
  );
}

/** Words and days. Typed words are looked for as soon as the typing pauses. */
function SearchForm({ list }: { readonly list: HistoryListStore }) {
  const search = useStore(list.store, (state) => state.search);
  const [words, setWords] = useState(search.query ?? '');
  const [showsDays, setShowsDays] = useState(Boolean(search.from ?? search.to));
  const id = useId();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // “Show all” empties the search from outside.
  const [known, setKnown] = useState(search);
  if (known !== search) {
    setKnown(search);
    if ((search.query ?? '') !== words.trim()) setWords(search.query ?? '');
  }

  const look = (query: string): void => {
    clearTimeout(timer.current);
    void list.search({ ...list.store.getState().search, query: query.trim() || undefined });
  };
  const onWords = (query: string): void => {
    setWords(query);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => look(query), PAUSE_MS);
  };
  const onDay = (which: 'from' | 'to', day: string): void =>
    void list.search({ ...search, [which]: day || undefined });
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    look(words);
  };
  const [today] = useState(() => isoDayOf(new Date()));

  return (
    <search>
      <form className={styles.form} onSubmit={onSubmit}>
        <div className={styles.bar}>
          <Icon name="search" size={18} className={styles.icon} />
          <input
            type="search"
            className={styles.words}
            aria-label="Search words"
            placeholder="Search what was said"
            maxLength={200}
            value={words}
            onChange={({ target }) => onWords(target.value)}
          />
          <Button
            look="plain"
            shape="icon"
            aria-label="Days"
            aria-expanded={showsDays}
            aria-controls={`${id}-days`}
            onClick={() => setShowsDays(!showsDays)}
          >
            <Icon name="calendar-days" size={19} />
          </Button>
        </div>
        <div id={`${id}-days`} className={styles.choiceOfDays} hidden={!showsDays}>
          {(['from', 'to'] as const).map((which) => (
            <label key={which} className={`quiet ${styles.chosenDay}`}>
              {which === 'from' ? 'From' : 'To'}
              <input
                type="date"
                className={`input ${styles.date}`}
                value={search[which] ?? ''}
                min={which === 'to' ? search.from : undefined}
                max={which === 'from' ? (search.to ?? today) : today}
                onChange={({ target }) => onDay(which, target.value)}
              />
            </label>
          ))}
        </div>
      </form>
    </search>
  );
}

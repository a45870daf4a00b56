import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { CalendarDays, Search } from 'lucide-react';
import { useStore } from 'zustand';
import type { HistoryListStore } from './history-list.ts';
import { isoDayOf } from '../../lib/dates.ts';
import { Button } from '../../ui/button.tsx';
import styles from './search-form.module.css';

/** A pause in typing after which is looked. */
const PAUSE_MS = 300;

/** Words and days. What is typed is looked for as soon as the typing pauses. */
export function SearchForm({ list }: { readonly list: HistoryListStore }) {
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
          <Search aria-hidden="true" size={18} className={styles.icon} />
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
            <CalendarDays aria-hidden="true" size={19} />
          </Button>
        </div>
        <div id={`${id}-days`} className={styles.days} hidden={!showsDays}>
          {(['from', 'to'] as const).map((which) => (
            <label key={which} className={styles.day}>
              {which === 'from' ? 'From' : 'To'}
              <input
                type="date"
                className={styles.date}
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

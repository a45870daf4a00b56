import { memo, useEffect, useRef, useState } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { useStore } from 'zustand';
import { sessionTagSchema, type LogFilter } from '@parley/shared';
import { exactTimeText } from '../../lib/dates.ts';
import { countText } from '../../lib/figures.ts';
import type { LogFeed, TailEntry, TailState } from './operator/log-tail.ts';
import { Button } from '../../ui/button.tsx';
import { Complaint } from '../../ui/complaint.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Empty, Part } from './part.tsx';
import { relayName } from './status-words.ts';
import styles from './log-section.module.css';

/** `debug` and below hold what people say; here too, if the relay logs them. */
const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;
/** A filter that is being typed is not sent letter by letter. */
const TYPING_MS = 300;

const CONNECTION_WORDS: Readonly<Record<TailState['connection'], string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Not connected, trying again',
};

interface Entered {
  readonly level: (typeof LEVELS)[number];
  readonly session: string;
  readonly tag: string;
  /** Id of a relay, or all. */
  readonly relay: string;
}

interface LogSectionProps {
  readonly tail: LogFeed;
  /** As `relayLines` writes them. */
  readonly relays: string;
}

/**
 * The log while it is written, the latest line first; may be filtered, held still and emptied. Its
 * hundreds of rows are left as they are while the page around them is brought up to date.
 */
export const LogSection = memo(function LogSection({ tail, relays }: LogSectionProps) {
  const connection = useStore(tail.store, (state) => state.connection);
  const entries = useStore(tail.store, (state) => state.entries);
  const [held, setHeld] = useState<readonly TailEntry[] | null>(null);
  const [entered, setEntered] = useState<Entered>({
    ...{ level: 'info', session: '', tag: '' },
    relay: 'all',
  });
  const isOfMany = relays !== '';
  const first = useRef(filterOf(entered, isOfMany));
  useEffect(() => {
    // The lines of before come once, so that the first filter must be the right one.
    tail.show(first.current);
    return tail.start();
  }, [tail]);
  useEffect(() => {
    const timer = setTimeout(() => tail.show(filterOf(entered, isOfMany)), TYPING_MS);
    return () => clearTimeout(timer);
  }, [tail, entered, isOfMany]);
  const isTagWrong = entered.tag !== '' && !sessionTagSchema.safeParse(entered.tag).success;
  const shown = (held ?? entries).toReversed();
  const newest = entries.at(-1)?.id ?? 0;
  const missed = held === null ? 0 : newest - (held.at(-1)?.id ?? newest);
  const sign = held === null ? 'pause' : 'play';
  const clear = (): void => {
    tail.clear();
    if (held !== null) setHeld([]);
  };
  return (
    <Part title="Log" note={<span role="status">{CONNECTION_WORDS[connection]}</span>}>
      <div className={styles.tools}>
        {isOfMany && (
          <RelayFilter
            relays={relays}
            value={entered.relay}
            onPick={(relay) => setEntered({ ...entered, relay })}
          />
        )}
        <LogFilter entered={entered} isTagWrong={isTagWrong} onEnter={setEntered} />
        <Button
          look="plain"
          shape="icon"
          aria-label={held === null ? 'Pause the log' : 'Continue the log'}
          aria-pressed={held !== null}
          onClick={() => setHeld(held === null ? entries : null)}
        >
          <Icon name={sign} size={18} />
        </Button>
        <Button look="plain" shape="icon" aria-label="Clear the log" onClick={clear}>
          <Icon name="eraser" size={18} />
        </Button>
      </div>
      <Complaint>{isTagWrong && 'A tag has small letters, digits and . _ : - only.'}</Complaint>
      {held !== null && (
        <p className="quiet">
          Paused. {missed > 0 && `${countText(missed, 'message', 'messages')} since.`}
        </p>
      )}
      <ScrollRegion className={styles.scroll} aria-label="Lines of the log, the latest first">
        {shown.length === 0 ? (
          <div className={styles.nothing}>
            <Empty>Lines appear here as they are written.</Empty>
          </div>
        ) : (
          <ol>
            {shown.map((entry) => (
              <LogRow key={entry.id} entry={entry} />
            ))}
          </ol>
        )}
      </ScrollRegion>
    </Part>
  );
});

const WORDS = [
  { name: 'session', label: 'Session', maxLength: 64 },
  { name: 'tag', label: 'Tag', maxLength: 32 },
] as const;

interface LogFilterProps {
  readonly entered: Entered;
  readonly isTagWrong: boolean;
  readonly onEnter: (entered: Entered) => void;
}

function LogFilter({ entered, isTagWrong, onEnter }: LogFilterProps) {
  return (
    <>
      <select
        className={`input ${styles.field}`}
        aria-label="Level"
        value={entered.level}
        onChange={({ target }) => {
          const level = LEVELS.find((name) => name === target.value) ?? 'info';
          onEnter({ ...entered, level });
        }}
      >
        {LEVELS.map((level) => (
          <option key={level} value={level}>
            {level} and above
          </option>
        ))}
      </select>
      {WORDS.map(({ name, label, maxLength }) => (
        <input
          key={name}
          className={`input ${styles.field}`}
          type="search"
          aria-label={label}
          placeholder={label}
          maxLength={maxLength}
          spellCheck={false}
          aria-invalid={name === 'tag' && isTagWrong}
          value={entered[name]}
          onChange={({ target }) => onEnter({ ...entered, [name]: target.value })}
        />
      ))}
    </>
  );
}

interface RelayFilterProps {
  readonly relays: string;
  readonly value: string;
  readonly onPick: (relay: string) => void;
}

function RelayFilter({ relays, value, onPick }: RelayFilterProps) {
  const known = relays.split('\n').map((line) => line.split(' ') as [id: string, url: string]);
  return (
    <select
      className={`input ${styles.field}`}
      aria-label="Relay"
      value={value}
      onChange={({ target }) => onPick(target.value)}
    >
      <option value="all">all relays</option>
      {known.map(([id, url]) => (
        <option key={id} value={id}>
          {relayName({ url })}
        </option>
      ))}
      {/* The one that was picked may have been stopped since. */}
      {value !== 'all' && !known.some(([id]) => id === value) && (
        <option value={value}>gone</option>
      )}
    </select>
  );
}

const LogRow = memo(function LogRow({ entry }: { readonly entry: TailEntry }) {
  if (entry.kind === 'dropped') {
    return (
      <li className={styles.dropped}>
        {countText(entry.count, 'line was', 'lines were')} left out: this page read too slowly.
      </li>
    );
  }
  return (
    <li className={styles.line} data-level={entry.level}>
      <span className={styles.time}>{entry.at === '' ? '' : exactTimeText(entry.at)}</span>
      <span className={styles.level}>{entry.level}</span>
      <span className={styles.what}>
        {entry.message} <span className={styles.fields}>{entry.fields}</span>
      </span>
    </li>
  );
});

/** A tag that cannot be one is left out until it is. */
function filterOf({ level, session, tag, relay }: Entered, isOfMany: boolean): LogFilter {
  return {
    level,
    ...(isOfMany ? { relay } : {}),
    ...(session.trim() === '' ? {} : { session: session.trim() }),
    ...(sessionTagSchema.safeParse(tag).success ? { tag } : {}),
  };
}

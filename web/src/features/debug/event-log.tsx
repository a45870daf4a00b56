import { useState } from 'react';
import { Pause, Play } from 'lucide-react';
import { useDebug } from '../call/controller-context.ts';
import type { LoggedEntry, RecordedTurn, DebugEntry } from '../../client/index.ts';
import { Button } from '../../ui/button.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import styles from './event-log.module.css';

const LOG_SOURCES = [
  'sent',
  'received',
  'vad',
  'socket',
  'playback',
] as const satisfies readonly DebugEntry['source'][];

interface LogFilter {
  readonly source: DebugEntry['source'] | 'all';
  /** Every word must occur in the entry's name or detail, in any case. */
  readonly words: string;
  /** Only what was logged in a turn; null for all. */
  readonly turn: Pick<RecordedTurn, 'entriesAfter' | 'entriesUpTo'> | null;
}

interface EventLogProps {
  /** Whose entries are shown; null for all. */
  readonly turn: { readonly number: number; readonly recorded: RecordedTurn } | null;
  readonly onAllTurns: () => void;
}

/** Rows beyond this are in the copy, not on the screen. */
const MAX_ROWS = 150;

/** What was sent, received and decided, newest first; may be filtered and held still. */
export function EventLog({ turn, onAllTurns }: EventLogProps) {
  const log = useDebug((state) => state.log);
  const [held, setHeld] = useState<readonly LoggedEntry[] | null>(null);
  const [filter, setFilter] = useState<Omit<LogFilter, 'turn'>>({ source: 'all', words: '' });
  const entries = filteredLog(held ?? log, { ...filter, turn: turn?.recorded ?? null });
  const Sign = held === null ? Pause : Play;
  const shown = entries.slice(-MAX_ROWS).toReversed();

  return (
    <section className={styles.log} aria-label="Event log">
      <div className={styles.tools}>
        <input
          className={styles.words}
          type="search"
          value={filter.words}
          onChange={(event) => setFilter({ ...filter, words: event.target.value })}
          placeholder="Filter events"
          aria-label="Filter events"
        />
        <select
          className={styles.source}
          value={filter.source}
          aria-label="Source"
          onChange={(event) => {
            const source = LOG_SOURCES.find((one) => one === event.target.value) ?? 'all';
            setFilter({ ...filter, source });
          }}
        >
          <option value="all">All sources</option>
          {LOG_SOURCES.map((source) => (
            <option key={source}>{source}</option>
          ))}
        </select>
        <Button
          look="plain"
          shape="icon"
          aria-label={held === null ? 'Pause the log' : 'Continue the log'}
          aria-pressed={held !== null}
          onClick={() => setHeld(held === null ? log : null)}
        >
          <Sign aria-hidden="true" size={18} />
        </Button>
      </div>
      {turn !== null && (
        <p className={styles.turn}>
          Turn {turn.number} only.
          <Button look="plain" onClick={onAllTurns}>
            Show all events
          </Button>
        </p>
      )}
      <ScrollRegion className={styles.scroll} aria-label="Events, newest first">
        {shown.length === 0 ? (
          <p className={styles.empty}>
            {log.length === 0
              ? 'Events appear here from now on, as they happen.'
              : 'No event matches the filter.'}
          </p>
        ) : (
          <ol>
            {shown.map((entry) => (
              <li key={entry.id} className={styles.entry} data-source={entry.source}>
                <span className={styles.time}>{logTime(entry.atMs)}</span>
                <span className={styles.from}>{entry.source}</span>
                <span className={styles.what}>
                  {entry.name} <span className={styles.detail}>{entry.detail}</span>
                </span>
              </li>
            ))}
          </ol>
        )}
      </ScrollRegion>
    </section>
  );
}

export function filteredLog(
  entries: readonly LoggedEntry[],
  { source, words, turn }: LogFilter,
): readonly LoggedEntry[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    if (source !== 'all' && entry.source !== source) return false;
    if (turn !== null && (entry.id <= turn.entriesAfter || entry.id > turn.entriesUpTo))
      return false;
    const text = `${entry.name} ${entry.detail}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** Session time as seconds with milliseconds. */
export function logTime(atMs: number): string {
  return (atMs / 1_000).toFixed(3);
}

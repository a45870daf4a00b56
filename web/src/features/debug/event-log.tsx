import { memo, useEffect, useRef, useState } from 'react';
import { Icon } from '../../ui/icon.tsx';
import type { LatencySegment } from '@parley/shared/latency';
import { useDebug } from '../../client/react/index.ts';
import type { LoggedEntry, RecordedTurn, DebugEntry } from '../../client/index.ts';
import { countText } from '../../lib/figures.ts';
import { Button } from '../../ui/button.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { SEGMENT_WORDS, segmentSpan } from './statistics.ts';
import panel from './debug-panel.module.css';
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

interface ShownTurn {
  readonly number: number;
  readonly recorded: RecordedTurn;
  /** Whose entries are marked. */
  readonly segment: LatencySegment | null;
}

interface EventLogProps {
  /** Whose entries are shown; null for all. */
  readonly turn: ShownTurn | null;
  readonly onAllTurns: () => void;
}

/** Entries of one kind, each soon after the one before: one row, at the time of the last. */
interface LogRun {
  /** Oldest first. */
  readonly entries: readonly LoggedEntry[];
  readonly isMarked: boolean;
}

/** Longer than from one ping to the next. */
const FOLDED_WITHIN_MS = 1_500;

/** Marks are rounded to it. */
const CLOCK_ERROR_MS = 1;

/** Rows beyond this are in the copy, not on the screen. */
const MAX_ROWS = 150;

/** What was sent, received and decided, newest first; may be filtered and held still. */
export function EventLog({ turn, onAllTurns }: EventLogProps) {
  const log = useDebug((state) => state.log);
  const [held, setHeld] = useState<readonly LoggedEntry[] | null>(null);
  const [filter, setFilter] = useState<Omit<LogFilter, 'turn'>>({ source: 'all', words: '' });
  const entries = filteredLog(held ?? log, { ...filter, turn: turn?.recorded ?? null });
  const span = turn?.segment == null ? null : segmentSpan(turn.recorded, turn.segment);
  const isMarked = ({ atMs }: LoggedEntry): boolean =>
    span !== null && atMs >= span.fromMs - CLOCK_ERROR_MS && atMs <= span.toMs + CLOCK_ERROR_MS;
  const sign = held === null ? 'pause' : 'play';
  const shown = runsOf(entries, isMarked).slice(-MAX_ROWS).toReversed();
  const section = useRef<HTMLElement>(null);
  const turnId = turn?.recorded.responseId;
  const segment = turn?.segment ?? null;
  useEffect(() => {
    if (turnId === undefined || segment === null) return;
    const marked = section.current?.querySelector('[data-marked=true]');
    for (const part of [section.current, marked]) part?.scrollIntoView({ block: 'nearest' });
  }, [turnId, segment]);

  return (
    <section ref={section} className={styles.log} aria-label="Event log">
      <div className={styles.tools}>
        <input
          className={`input ${panel.field} ${styles.words}`}
          type="search"
          value={filter.words}
          onChange={(event) => setFilter({ ...filter, words: event.target.value })}
          placeholder="Filter events"
          aria-label="Filter events"
        />
        <select
          className={`input ${panel.field}`}
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
          <Icon name={sign} size={18} />
        </Button>
      </div>
      {turn !== null && (
        <p className={styles.turn}>
          <span role="status">{turnWords(turn, entries.filter(isMarked).length)}</span>
          <Button look="plain" onClick={onAllTurns}>
            Show all events
          </Button>
        </p>
      )}
      <ScrollRegion className={styles.scroll} aria-label="Events, newest first">
        {shown.length === 0 ? (
          <p className={`quiet ${styles.empty}`}>
            {log.length === 0
              ? 'Events appear here from now on, as they happen.'
              : 'No event matches the filter.'}
          </p>
        ) : (
          <ol>
            {shown.map((run) => (
              <RunRow key={run.entries[0]?.id} run={run} />
            ))}
          </ol>
        )}
      </ScrollRegion>
    </section>
  );
}

function RunRow({ run: { entries, isMarked } }: { readonly run: LogRun }) {
  const newest = entries.at(-1)!;
  const words = `×${entries.length} since ${logTime(entries[0]!.atMs)}`;
  return (
    <li className={styles.run} data-marked={isMarked}>
      {entries.length === 1 ? (
        <EntryRow entry={newest} />
      ) : (
        <details>
          <summary>
            <EntryRow entry={newest} detail={words} />
          </summary>
          {entries.toReversed().map((entry) => (
            <EntryRow key={entry.id} entry={entry} />
          ))}
        </details>
      )}
    </li>
  );
}

interface EntryRowProps {
  readonly entry: LoggedEntry;
  readonly detail?: string;
}

const EntryRow = memo(function EntryRow({ entry, detail = entry.detail }: EntryRowProps) {
  return (
    <span className={styles.entry}>
      <span className={styles.time}>{logTime(entry.atMs)}</span>
      <span className={styles.from}>{entry.source}</span>
      <span className={styles.what}>
        {entry.name} <span className={styles.detail}>{detail}</span>
      </span>
    </span>
  );
});

/** @param count - of the events in the turn's segment */
function turnWords({ number, recorded, segment }: ShownTurn, count: number): string {
  if (segment === null) return `Turn ${number} only.`;
  const { fromMs, toMs } = segmentSpan(recorded, segment);
  const events = count === 0 ? 'no event' : countText(count, 'event', 'events');
  const { label, who } = SEGMENT_WORDS[segment];
  return `Turn ${number}, ${label} (${who}): ${events} from ${logTime(fromMs)} to ${logTime(toMs)} s.`;
}

/** Joins what is of one kind, whatever comes between: audio and what else repeats hides nothing. */
export function runsOf(
  entries: readonly LoggedEntry[],
  isMarked: (entry: LoggedEntry) => boolean,
): readonly LogRun[] {
  const runs: { isMarked: boolean; entries: LoggedEntry[] }[] = [];
  const latest = new Map<string, (typeof runs)[number]>();
  for (const entry of entries) {
    const kind = `${entry.source} ${entry.name}`;
    const run = latest.get(kind);
    const since = entry.atMs - (run?.entries.at(-1)?.atMs ?? 0);
    if (run?.isMarked === isMarked(entry) && since <= FOLDED_WITHIN_MS) {
      run.entries.push(entry);
      continue;
    }
    const begun = { isMarked: isMarked(entry), entries: [entry] };
    latest.set(kind, begun);
    runs.push(begun);
  }
  return runs.toSorted((a, b) => a.entries.at(-1)!.id - b.entries.at(-1)!.id);
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

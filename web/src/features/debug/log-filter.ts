import type { DebugEntry, LoggedEntry, RecordedTurn } from '../../client/index.ts';

export const LOG_SOURCES = [
  'sent',
  'received',
  'vad',
  'socket',
  'playback',
] as const satisfies readonly DebugEntry['source'][];

export interface LogFilter {
  readonly source: DebugEntry['source'] | 'all';
  /** Every word must occur in the entry's name or detail, in any case. */
  readonly words: string;
  /** Only what was logged in a turn; null for all. */
  readonly turn: Pick<RecordedTurn, 'entriesAfter' | 'entriesUpTo'> | null;
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

import type { Stage } from '@parley/shared';
import { createStore } from 'zustand/vanilla';
import type { DebugEntry, MediaStats } from '../messages/debug-messages.ts';
import type { MeasuredTurn, MediaNotice } from '../messages/media-messages.ts';
import type { CallState } from './call-state.ts';
import { servedBy, type Ladder } from './ladder.ts';

/** A turn, and the entries that were logged from the turn before it until it was measured. */
export interface RecordedTurn extends MeasuredTurn {
  readonly entriesAfter: number;
  readonly entriesUpTo: number;
  /** When its answer began to be heard, since the call began. */
  readonly heardAtMs: number;
  /** The provider of each stage when it was heard. */
  readonly servedBy: Readonly<Record<Stage, string>> | null;
}

export interface LoggedEntry extends DebugEntry {
  /** Counts from 1; identifies an entry for as long as the page lives. */
  readonly id: number;
}

/** What a session had used and cost after one of its turns. */
export interface SessionUsage extends Pick<
  Extract<MediaNotice, { type: 'usage' }>,
  'usage' | 'costUsd' | 'budgetUsd'
> {
  readonly sessionId: string;
}

type TurnNotice = Extract<MediaNotice, { type: 'turn-measured' }>;

/** What the debug panel shows; each list is bounded, oldest first. */
export interface DebugState {
  readonly turns: readonly RecordedTurn[];
  readonly usage: readonly SessionUsage[];
  readonly stats: readonly MediaStats[];
  readonly log: readonly LoggedEntry[];
}

const MAX_TURNS = 100;
/** Two minutes at two a second. */
const MAX_STATS = 240;
export const MAX_LOG_ENTRIES = 500;

/** The panel is shown news at most this often, however fast the call talks. */
const PUBLISH_INTERVAL_MS = 250;

const NOTHING: DebugState = { turns: [], usage: [], stats: [], log: [] };

/** Gathers what the panel shows and publishes it in batches, off the call's own store. */
export function createDebugRecorder() {
  let state = NOTHING;
  const store = createStore<DebugState>(() => state);
  const listeners = new Set<(entry: LoggedEntry) => void>();
  let entries = 0;
  let isPublishing = false;

  const publishSoon = (change: Partial<DebugState>): void => {
    state = { ...state, ...change };
    if (isPublishing) return;
    isPublishing = true;
    setTimeout(() => {
      isPublishing = false;
      store.setState(state, true);
    }, PUBLISH_INTERVAL_MS);
  };

  const recorder = {
    store,
    /** @returns whether it is of no use to anything else */
    notice(notice: MediaNotice, call: Pick<CallState, 'ladder' | 'session'>): boolean {
      switch (notice.type) {
        case 'stats':
          recorder.stats(notice.stats);
          return true;
        case 'debug':
          recorder.entry(notice.entry);
          return true;
        case 'turn-measured':
          recorder.turn(notice, call.ladder);
          return true;
        case 'usage':
          recorder.usage(call.session?.id ?? '', notice);
          return false;
        default:
          return false;
      }
    },
    turn({ turn, heardAtMs }: TurnNotice, ladder: Ladder | null): void {
      const entriesAfter = state.turns.at(-1)?.entriesUpTo ?? 0;
      const range = { entriesAfter, entriesUpTo: entries, heardAtMs };
      const recorded = { ...turn, ...range, servedBy: servedBy(ladder) };
      publishSoon({ turns: [...state.turns, recorded].slice(-MAX_TURNS) });
    },
    usage(sessionId: string, { usage, costUsd, budgetUsd }: Omit<SessionUsage, 'sessionId'>): void {
      const sample = { sessionId, usage, costUsd, budgetUsd };
      publishSoon({ usage: [...state.usage, sample].slice(-MAX_TURNS) });
    },
    clear: (): void => publishSoon(NOTHING),
    stats: (sample: MediaStats): void =>
      publishSoon({ stats: [...state.stats, sample].slice(-MAX_STATS) }),
    entry(entry: DebugEntry): void {
      entries += 1;
      const logged = { ...entry, id: entries };
      for (const listener of listeners) listener(logged);
      publishSoon({ log: [...state.log, logged].slice(-MAX_LOG_ENTRIES) });
    },
    /** @returns its disposer; hears every entry at once, unlike the store */
    onEntry(listener: (entry: LoggedEntry) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return recorder;
}

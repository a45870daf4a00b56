import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Schedule } from '../lib/schedule.ts';
import type { DebugEntry, MeasuredTurn, MediaStats } from '../messages/media-messages.ts';

export interface LoggedEntry extends DebugEntry {
  /** Counts from 1; identifies an entry for as long as the page lives. */
  readonly id: number;
}

/** What the debug panel shows; each list is bounded, oldest first. */
export interface DebugState {
  readonly turns: readonly MeasuredTurn[];
  readonly stats: readonly MediaStats[];
  readonly log: readonly LoggedEntry[];
}

const MAX_TURNS = 100;
/** Two minutes at two a second. */
const MAX_STATS = 240;
export const MAX_LOG_ENTRIES = 500;

/** The panel is shown news at most this often, however fast the call talks. */
const PUBLISH_INTERVAL_MS = 250;

export interface DebugRecorder {
  readonly store: StoreApi<DebugState>;
  turn(turn: MeasuredTurn): void;
  stats(stats: MediaStats): void;
  entry(entry: DebugEntry): void;
  /** @returns its disposer; hears every entry at once, unlike the store */
  onEntry(listener: (entry: LoggedEntry) => void): () => void;
  dispose(): void;
}

/** Gathers what the panel shows and publishes it in batches, off the call's own store. */
export function createDebugRecorder(schedule: Schedule): DebugRecorder {
  let state: DebugState = { turns: [], stats: [], log: [] };
  const store = createStore<DebugState>(() => state);
  const listeners = new Set<(entry: LoggedEntry) => void>();
  let entries = 0;
  let cancel: (() => void) | null = null;

  const publishSoon = (change: Partial<DebugState>): void => {
    state = { ...state, ...change };
    cancel ??= schedule(() => {
      cancel = null;
      store.setState(state, true);
    }, PUBLISH_INTERVAL_MS);
  };

  return {
    store,
    turn: (turn) => publishSoon({ turns: [...state.turns, turn].slice(-MAX_TURNS) }),
    stats: (sample) => publishSoon({ stats: [...state.stats, sample].slice(-MAX_STATS) }),
    entry(entry) {
      entries += 1;
      const logged = { ...entry, id: entries };
      for (const listener of listeners) listener(logged);
      publishSoon({ log: [...state.log, logged].slice(-MAX_LOG_ENTRIES) });
    },
    onEntry(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    dispose() {
      cancel?.();
      cancel = null;
      listeners.clear();
    },
  };
}

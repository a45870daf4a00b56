import { createStore, type StoreApi } from 'zustand/vanilla';
import type { DebugEntry, MeasuredTurn, MediaStats } from '../messages/media-messages.ts';
import {
  debugStateAfter,
  EMPTY_DEBUG_STATE,
  MAX_LOG_ENTRIES,
  type DebugState,
  type LoggedEntry,
} from './debug-state.ts';

/** The panel is shown news at most this often, however fast the call talks. */
export const PUBLISH_INTERVAL_MS = 250;

/** Runs `task` after `delayMs`; @returns a canceller. */
export type Schedule = (task: () => void, delayMs: number) => () => void;

export interface DebugRecorder {
  readonly store: StoreApi<DebugState>;
  turn(turn: MeasuredTurn): void;
  stats(stats: MediaStats): void;
  entry(entry: DebugEntry): void;
  /** @returns its disposer; hears every entry at once, unlike the store */
  onEntry(listener: (entry: LoggedEntry) => void): () => void;
  clear(): void;
  dispose(): void;
}

/** Gathers what the panel shows and publishes it in batches, off the call's own store. */
export function createDebugRecorder(schedule: Schedule): DebugRecorder {
  const store = createStore<DebugState>(() => EMPTY_DEBUG_STATE);
  const listeners = new Set<(entry: LoggedEntry) => void>();
  let turns: MeasuredTurn[] = [];
  let stats: MediaStats[] = [];
  let log: LoggedEntry[] = [];
  let entries = 0;
  let cancel: (() => void) | null = null;

  const publish = (): void => {
    cancel = null;
    const batch = { turns, stats, log };
    turns = [];
    stats = [];
    log = [];
    store.setState((state) => debugStateAfter(state, batch), true);
  };
  const publishSoon = (): void => {
    cancel ??= schedule(publish, PUBLISH_INTERVAL_MS);
  };

  return {
    store,
    turn(turn) {
      turns.push(turn);
      publishSoon();
    },
    stats(sample) {
      stats.push(sample);
      publishSoon();
    },
    entry(entry) {
      entries += 1;
      const logged = { ...entry, id: entries };
      log.push(logged);
      if (log.length > MAX_LOG_ENTRIES) log.shift();
      for (const listener of listeners) listener(logged);
      publishSoon();
    },
    onEntry(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    clear() {
      turns = [];
      stats = [];
      log = [];
      store.setState(EMPTY_DEBUG_STATE, true);
    },
    dispose() {
      cancel?.();
      cancel = null;
      listeners.clear();
    },
  };
}

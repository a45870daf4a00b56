import type { DebugEntry, MeasuredTurn, MediaStats } from '../messages/media-messages.ts';

/** What the debug panel shows; each list is bounded, oldest first. */
export interface DebugState {
  readonly turns: readonly MeasuredTurn[];
  readonly stats: readonly MediaStats[];
  readonly log: readonly LoggedEntry[];
}

export interface LoggedEntry extends DebugEntry {
  /** Counts from 1; identifies an entry for as long as the page lives. */
  readonly id: number;
}

export const MAX_TURNS = 100;
/** Two minutes at two a second. */
export const MAX_STATS = 240;
export const MAX_LOG_ENTRIES = 500;

export const EMPTY_DEBUG_STATE: DebugState = { turns: [], stats: [], log: [] };

/** What waits to be shown. */
export interface DebugBatch {
  readonly turns: readonly MeasuredTurn[];
  readonly stats: readonly MediaStats[];
  readonly log: readonly LoggedEntry[];
}

export function debugStateAfter(state: DebugState, batch: DebugBatch): DebugState {
  return {
    turns: bounded(state.turns, batch.turns, MAX_TURNS),
    stats: bounded(state.stats, batch.stats, MAX_STATS),
    log: bounded(state.log, batch.log, MAX_LOG_ENTRIES),
  };
}

function bounded<T>(kept: readonly T[], added: readonly T[], limit: number): readonly T[] {
  return added.length === 0 ? kept : [...kept, ...added].slice(-limit);
}

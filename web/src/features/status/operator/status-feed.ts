import { createStore } from 'zustand/vanilla';
import { ParleyError } from '@parley/shared';
import type { HistoryRange, Overview } from '@parley/shared/monitoring-api';
import { problemOf } from '../../account/remote.ts';
import { OperatorRefused, type Refusal } from './operator-api.ts';

/** The relay does not answer, or not as it should. */
export interface Away {
  /** When that was noticed. */
  readonly sinceMs: number;
  readonly message: string;
}

/** What is known of the relay. */
export type StatusState =
  /** Nothing yet; `away`: and why. */
  | { readonly kind: 'asking'; readonly away: Away | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** `away`: what is known is old, and why. */
  | {
      readonly kind: 'known';
      readonly overview: Overview;
      /** When it arrived. */
      readonly atMs: number;
      readonly away: Away | null;
    };

export interface StatusFeedOptions {
  /** @param relay - id of the one to be shown of several; undefined: the one that answers */
  readonly fetchOverview: (
    range: HistoryRange,
    signal: AbortSignal,
    relay: string | undefined,
  ) => Promise<Overview>;
  readonly nowMs: () => number;
  /** Whether the page is visible. */
  readonly isVisible: () => boolean;
}

/** Between an answer and the next question: what changed is in sight within two seconds. */
const VISIBLE_MS = 1_000;
const HIDDEN_MS = 15_000;
/** After too many wrong tokens; each question more makes the wait longer. */
const HELD_OFF_MS = 10_000;

export type StatusFeed = ReturnType<typeof createStatusFeed>;

/**
 * Asks the relay how it is, again and again, one question at a time. The last answer stays known
 * while the relay is away. A relay that refuses is not asked again until `refresh`.
 */
export function createStatusFeed({ fetchOverview, nowMs, isVisible }: StatusFeedOptions) {
  const store = createStore<StatusState>(() => ({ kind: 'asking', away: null }));
  let range: HistoryRange = '1h';
  let relay: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current = new AbortController();
  let isRunning = false;

  const ask = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    current.abort();
    const mine = new AbortController();
    current = mine;
    let isHeldOff = false;
    try {
      const overview = await fetchOverview(range, mine.signal, relay);
      if (mine.signal.aborted) return;
      // The next answer may come from another, by way of a balancer.
      relay = overview.relays?.find((one) => one.is_this)?.id;
      store.setState({ kind: 'known', overview, atMs: nowMs(), away: null }, true);
    } catch (error) {
      if (mine.signal.aborted) return;
      store.setState((state) => afterFailure(state, error, nowMs()), true);
      if (store.getState().kind === 'refused') return;
      isHeldOff = error instanceof ParleyError && error.code === 'rate_limited';
    }
    const delayMs = isVisible() ? VISIBLE_MS : HIDDEN_MS;
    timer = setTimeout(() => void ask(), Math.max(delayMs, isHeldOff ? HELD_OFF_MS : 0));
  };

  return {
    store,
    /** Begins to ask. @returns its disposer */
    start(): () => void {
      isRunning = true;
      void ask();
      return () => {
        isRunning = false;
        clearTimeout(timer);
        timer = undefined;
        current.abort();
      };
    },
    /** Asks now, in place of a request on its way. Resolves with the answer, or once it is given up. */
    async refresh(): Promise<void> {
      if (isRunning) await ask();
    },
    /** The page came into sight, or went out of it: what waits need wait no longer. */
    wake(): void {
      if (timer !== undefined && isVisible()) void ask();
    },
    /** Of the charts. */
    show(next: HistoryRange): void {
      range = next;
      if (isRunning) void ask();
    },
    /** Shows another of several relays. */
    pick(id: string): void {
      relay = id;
      if (isRunning) void ask();
    },
    /** The person signed in or out: begins anew. */
    restart(): void {
      store.setState({ kind: 'asking', away: null }, true);
      if (isRunning) void ask();
    },
  };
}

function afterFailure(state: StatusState, error: unknown, nowMs: number): StatusState {
  if (error instanceof OperatorRefused) return { kind: 'refused', refusal: error.refusal };
  const problem = problemOf(error);
  const before = state.kind === 'refused' ? null : state.away;
  const message = 'message' in problem ? problem.message : 'Something went wrong.';
  const away = { sinceMs: before?.sinceMs ?? nowMs, message };
  return state.kind === 'known' ? { ...state, away } : { kind: 'asking', away };
}

import type { Stage } from '@parley/shared';
import type { Clock } from '../../base/lib/clock.ts';
import { presentBoundary, within, type ErrorBoundary } from '../../base/lib/error-boundary.ts';
import { actedMs } from '../../base/lib/deadline.ts';
import type { Logger } from '../../base/lib/logger.ts';

const INTERVAL_MS = 10_000;
const WARN_AFTER_MS = 60_000;
const GIVE_UP_AFTER_MS = 120_000;

/** A turn that runs: an utterance that awaits its words, or a reply. */
export interface WatchedTurn {
  /** Knows the session. */
  readonly logger: Logger;
  /** What the turn is called in the log, e.g. `{ itemId }`. */
  readonly ids: Readonly<Record<string, string | number>>;
  /** Which stage is waited for now. */
  readonly stage: () => Stage;
  /** The stage has made no progress for far too long: end it, even if its provider ignores that. */
  readonly giveUp: (stage: Stage) => void;
}

export interface Watch {
  /** The stage has given something. */
  progress(stage: Stage): void;
  end(): void;
}

export interface WatchdogOptions {
  readonly clock: Clock;
  /** How often every turn is looked at. */
  readonly intervalMs?: number;
  /** Time without progress after which the log says so. */
  readonly warnAfterMs?: number;
  /** Time without progress after which the stage is given up. */
  readonly giveUpAfterMs?: number;
}

/** What a stage has given so far, ms since the turn began. */
interface StageTrace {
  readonly firstMs: number;
  lastMs: number;
  count: number;
}

interface Entry {
  /** What ends if giving up fails; the turns of other sessions are looked at all the same. */
  readonly boundary: ErrorBoundary;
  readonly turn: WatchedTurn;
  readonly sinceMs: number;
  readonly trace: Partial<Record<Stage, StageTrace>>;
  lastProgressMs: number;
  hasWarned: boolean;
}

/**
 * The backstop of every running turn of the relay.
 *
 * Stages have deadlines of their own; if one of those is missed, the turn still ends, and the log
 * says so. Keeps a timer only while a turn runs.
 */
export class Watchdog {
  readonly #options: Required<WatchdogOptions>;
  readonly #entries = new Set<Entry>();
  #cancel: (() => void) | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = {
      intervalMs: INTERVAL_MS,
      warnAfterMs: WARN_AFTER_MS,
      giveUpAfterMs: GIVE_UP_AFTER_MS,
      ...options,
    };
  }

  watch(turn: WatchedTurn): Watch {
    const nowMs = this.#options.clock.now();
    const entry: Entry = {
      boundary: presentBoundary() ?? {
        failed: (err) => turn.logger.error({ err, ...turn.ids }, 'a stage cannot be given up'),
      },
      turn,
      sinceMs: nowMs,
      trace: {},
      lastProgressMs: nowMs,
      hasWarned: false,
    };
    this.#entries.add(entry);
    this.#schedule();
    return {
      progress: (stage) => this.#progress(entry, stage),
      end: () => {
        this.#entries.delete(entry);
        if (this.#entries.size > 0) return;
        this.#cancel?.();
        this.#cancel = undefined;
      },
    };
  }

  #progress(entry: Entry, stage: Stage): void {
    const nowMs = this.#options.clock.now();
    entry.lastProgressMs = nowMs;
    entry.hasWarned = false;
    const atMs = Math.round(nowMs - entry.sinceMs);
    const trace = (entry.trace[stage] ??= { firstMs: atMs, lastMs: atMs, count: 0 });
    trace.lastMs = atMs;
    trace.count++;
  }

  #schedule(): void {
    this.#cancel ??= this.#options.clock.after(this.#options.intervalMs, () => {
      this.#cancel = undefined;
      for (const entry of [...this.#entries]) within(entry.boundary, () => this.#check(entry));
      if (this.#entries.size > 0) this.#schedule();
    });
  }

  #check(entry: Entry): void {
    const { warnAfterMs, giveUpAfterMs, clock } = this.#options;
    const { turn, trace, sinceMs } = entry;
    const nowMs = clock.now();
    const idleMs = Math.round(actedMs(clock, entry.lastProgressMs));
    const stage = turn.stage();
    const state = { ...turn.ids, stage, idleMs, runningMs: Math.round(nowMs - sinceMs), trace };
    turn.logger.debug(state, 'a turn is running');
    if (idleMs > giveUpAfterMs) {
      turn.logger.error(state, 'a stage makes no progress and is given up');
      // Its replacement gets as long again.
      entry.lastProgressMs = nowMs;
      entry.hasWarned = false;
      turn.giveUp(stage);
    } else if (idleMs > warnAfterMs && !entry.hasWarned) {
      entry.hasWarned = true;
      turn.logger.warn(state, 'a stage makes no progress');
    }
  }
}

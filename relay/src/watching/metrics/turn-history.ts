import type { HistoryPoint, HistoryRange } from '@parley/shared/monitoring-api';
import { percentilesOf } from '@parley/shared/statistics';

const MINUTE_MS = 60_000;
const KEPT_MINUTES = 24 * 60;
/** Latencies that are kept of a minute: a busy relay has more, whose percentiles these show. */
const MAX_VALUES = 200;

/** Minutes that a range shows, and those of one of its points. */
const RANGES: Readonly<Record<HistoryRange, { readonly minutes: number; readonly step: number }>> =
  {
    '1h': { minutes: 60, step: 1 },
    '6h': { minutes: 360, step: 5 },
    '24h': { minutes: 1_440, step: 20 },
  };

interface Minute {
  turns: number;
  errors: number;
  measured: number;
  readonly e2e: number[];
}

/** The facts that a stored turn of an earlier process has. */
export interface PastTurn {
  /** ms since 1970. */
  readonly atMs: number;
  readonly isFailed: boolean;
  readonly e2eMs: number | undefined;
}

/** Turns, errors and latencies of the last 24 hours, by the minute. */
export class TurnHistory {
  readonly #minutes = new Map<number, Minute>();

  turnEnded(atMs: number): void {
    this.#at(atMs).turns++;
  }

  failed(atMs: number): void {
    this.#at(atMs).errors++;
  }

  answered(atMs: number, e2eMs: number): void {
    const minute = this.#at(atMs);
    // Beyond the bound each new one replaces an old one, in turn.
    minute.e2e[minute.measured++ % MAX_VALUES] = e2eMs;
  }

  /** The turns of an earlier process. */
  restore(turns: readonly PastTurn[]): void {
    for (const { atMs, isFailed, e2eMs } of turns) {
      this.turnEnded(atMs);
      if (isFailed) this.failed(atMs);
      if (e2eMs !== undefined) this.answered(atMs, e2eMs);
    }
  }

  /** The oldest first, without gaps; the last one is not over yet. */
  points(
    range: HistoryRange,
    nowMs: number,
  ): { readonly step_seconds: number; readonly points: HistoryPoint[] } {
    const { minutes, step } = RANGES[range];
    const end = Math.floor(nowMs / MINUTE_MS / step) * step + step;
    const points = [];
    for (let start = end - minutes; start < end; start += step)
      points.push(this.#point(start, step));
    return { step_seconds: step * 60, points };
  }

  #point(start: number, step: number): HistoryPoint {
    let [turns, errors] = [0, 0];
    const e2e: number[] = [];
    for (let minute = start; minute < start + step; minute++) {
      const one = this.#minutes.get(minute);
      if (one === undefined) continue;
      turns += one.turns;
      errors += one.errors;
      e2e.push(...one.e2e);
    }
    const { p50, p95, p99 } = percentilesOf(e2e);
    const timestamp = new Date(start * MINUTE_MS).toISOString();
    return { timestamp, turns, errors, p50_ms: p50, p95_ms: p95, p99_ms: p99 };
  }

  #at(atMs: number): Minute {
    const number = Math.floor(atMs / MINUTE_MS);
    const known = this.#minutes.get(number);
    if (known !== undefined) return known;
    const minute = { turns: 0, errors: 0, measured: 0, e2e: [] };
    this.#minutes.set(number, minute);
    for (const key of this.#minutes.keys()) {
      if (key < number - KEPT_MINUTES) this.#minutes.delete(key);
    }
    return minute;
  }
}

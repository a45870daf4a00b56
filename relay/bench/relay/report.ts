import { median, round } from '../statistics.ts';
import type { Side } from './load.process.ts';
import type { RelayBenchRun, RoundFigures } from './rounds.ts';

/** What `bench relay --json` prints. */
export interface RelayBenchReport {
  readonly bench: 'relay';
  readonly sessions: number;
  readonly cpu_us_per_chunk: Readonly<Record<Side, number>>;
  readonly cpu_ratio: number;
  readonly latency_ms: Readonly<Record<Side, { readonly p50: number; readonly p99: number }>>;
  readonly rss_kb_per_session: Readonly<Record<Side, number>>;
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  readonly reordered: number;
  readonly errors: number;
}

/**
 * Each figure is the median over the rounds; `cpu_ratio` is the median of the rounds' own ratios,
 * because what disturbed a round disturbed both sides of it. Counts are the relay's, of all chunks
 * that were ever sent, warm-up included; a chunk that came twice, and anything else that went
 * wrong on either side, is an error.
 */
export function reportOf(sessions: number, { rounds }: RelayBenchRun): RelayBenchReport {
  const both = <T>(make: (side: Side) => T): Record<Side, T> => ({
    relay: make('relay'),
    baseline: make('baseline'),
  });
  const middle = (side: Side, figure: (figures: RoundFigures) => number, decimals: number) =>
    round(median(rounds.map((figures) => figure(figures[side]))), decimals);
  // Fleets count from the beginning, so the last round has the sums.
  const last = rounds.at(-1);
  if (last === undefined) throw new RangeError('There were no rounds to report');
  const { sent, delivered, reordered } = last.relay.delivery;
  return {
    bench: 'relay',
    sessions,
    cpu_us_per_chunk: both((side) => middle(side, ({ cpuUsPerChunk }) => cpuUsPerChunk, 2)),
    cpu_ratio: round(
      median(rounds.map(({ relay, baseline }) => relay.cpuUsPerChunk / baseline.cpuUsPerChunk)),
      3,
    ),
    latency_ms: both((side) => ({
      p50: middle(side, ({ latencyMs }) => latencyMs.p50, 2),
      p99: middle(side, ({ latencyMs }) => latencyMs.p99, 2),
    })),
    rss_kb_per_session: both((side) => middle(side, ({ rssKbPerSession }) => rssKbPerSession, 1)),
    sent,
    delivered,
    lost: sent - delivered,
    reordered,
    errors: Object.values(last).reduce(
      (sum, { delivery }) => sum + delivery.problemCount + delivery.repeated,
      last.baseline.delivery.sent - last.baseline.delivery.delivered,
    ),
  };
}

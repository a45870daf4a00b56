import { median, round } from '../statistics.ts';
import type { Round, RoundDelivery, RoundFigures } from './rounds.ts';
import type { Pauses } from './subject.ts';
import type { Side } from './upstream.ts';

/** The rounds of one start. */
export type RelayBenchRun = readonly Round[];

/**
 * What `bench relay --json` prints.
 *
 * Each figure is the median over the rounds; `cpu_ratio` is the median of the rounds' own ratios,
 * because a disturbance in a round affected both sides of it. `upstream` has the largest number of
 * callers who spoke at once, and the connections to the vendor: opened by a start, and the most at
 * once. Pauses are of the start that had the most. Counts are the relay's, of all chunks that were
 * ever sent, warm-up included; a chunk that came twice, and anything else that went wrong on either
 * side, is an error.
 */
export function reportOf(sessions: number, runs: readonly RelayBenchRun[]) {
  const rounds = runs.flat();
  if (rounds.length === 0) throw new RangeError('There were no rounds to report');
  const both = <T>(make: (side: Side) => T): Record<Side, T> => ({
    relay: make('relay'),
    baseline: make('baseline'),
  });
  const middle = (side: Side, figure: (figures: RoundFigures) => number, decimals: number) =>
    round(median(rounds.map((figures) => figure(figures[side]))), decimals);
  // Fleets count from the beginning of a run, so its last round has the sums.
  const last = both((side) => runs.map((run) => run.at(-1)![side].delivery));
  const total = (side: Side, count: (delivery: RoundDelivery) => number) =>
    last[side].reduce((sum, delivery) => sum + count(delivery), 0);
  const sent = total('relay', (delivery) => delivery.sent);
  const delivered = total('relay', (delivery) => delivery.delivered);
  const wrong = ({ problemCount, repeated }: RoundDelivery) => problemCount + repeated;
  const highest = (side: Side, figure: (delivery: RoundDelivery) => number) =>
    Math.max(...last[side].map((delivery) => figure(delivery)));
  const paused = (side: Side, figure: keyof Pauses) =>
    runs.map((run) => run.map((each) => each[side].pauses[figure]));
  const longest = (side: Side, figure: keyof Pauses) =>
    round(Math.max(...paused(side, figure).flat()), 1);
  const speakers = highest('relay', (delivery) => delivery.speakers);
  return {
    bench: 'relay' as const,
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
    full_collections: both((side) =>
      Math.max(...paused(side, 'fullCollections').map((counts) => counts.reduce((a, b) => a + b))),
    ),
    longest_collection_ms: both((side) => longest(side, 'longestCollectionMs')),
    longest_delay_ms: both((side) => longest(side, 'longestDelayMs')),
    upstream: {
      speakers,
      opened: both((side) => highest(side, ({ opened }) => opened)),
      peak: both((side) => highest(side, ({ peak }) => peak)),
      peak_per_speaker: round(highest('relay', ({ peak }) => peak) / speakers, 3),
    },
    sent,
    delivered,
    lost: sent - delivered,
    reordered: total('relay', (delivery) => delivery.reordered),
    errors:
      total('relay', wrong) +
      total('baseline', wrong) +
      total('baseline', (delivery) => delivery.sent - delivery.delivered),
  };
}

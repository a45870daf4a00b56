import { expect, test } from 'vitest';
import { reportOf, type RelayBenchRun } from './report.ts';
import type { RoundFigures } from './rounds.ts';

const latencyMs = { p50: 1, p99: 2 };

function figures(
  cpuUsPerChunk: number,
  delivery: Partial<RoundFigures['delivery']> & { readonly sent: number },
): RoundFigures {
  return {
    cpuUsPerChunk,
    latencyMs,
    rssBytes: 8e7,
    rssKbPerSession: 80,
    chunks: 10,
    pauses: { fullCollections: 1, longestCollectionMs: cpuUsPerChunk, longestDelayMs: 2.04 },
    delivery: {
      delivered: delivery.sent,
      reordered: 0,
      repeated: 0,
      latencyMs,
      problems: [],
      problemCount: 0,
      speakers: 10,
      opened: 12,
      peak: 11,
      ...delivery,
    },
  };
}

test('ratios are of all rounds, chunks are counted over every start', () => {
  const runs: RelayBenchRun[] = [
    [
      { relay: figures(11, { sent: 100, delivered: 90 }), baseline: figures(10, { sent: 100 }) },
      // Counted from the beginning of the start: what was under way has arrived since.
      { relay: figures(12, { sent: 200, reordered: 1 }), baseline: figures(10, { sent: 200 }) },
    ],
    [
      {
        relay: figures(26, { sent: 50, delivered: 47, repeated: 4 }),
        baseline: figures(20, { sent: 50, delivered: 48, problemCount: 1 }),
      },
    ],
  ];
  const both = (count: number) => ({ relay: count, baseline: count });
  expect(reportOf(7, runs)).toEqual({
    bench: 'relay',
    sessions: 7,
    cpu_us_per_chunk: { relay: 12, baseline: 10 },
    cpu_ratio: 1.2,
    latency_ms: { relay: latencyMs, baseline: latencyMs },
    rss_kb_per_session: { relay: 80, baseline: 80 },
    full_collections: { relay: 2, baseline: 2 },
    longest_collection_ms: { relay: 26, baseline: 20 },
    longest_delay_ms: both(2),
    upstream: { speakers: 10, opened: both(12), peak: both(11), peak_per_speaker: 1.1 },
    sent: 250,
    delivered: 247,
    lost: 3,
    reordered: 1,
    errors: 7,
  });
});

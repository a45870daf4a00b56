import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { benchRelay } from './relay/bench-relay.ts';
import { runBench } from './run-bench.ts';

const DEADLINE = { timeout: 60_000 };

const positive = z.number().positive();
const sides = <T extends z.ZodType>(figure: T) =>
  z.strictObject({ relay: figure, baseline: figure });

// A short run shows that a benchmark measures; its figures are not judged.
test('bench relay receives every chunk once and in order', DEADLINE, async ({ signal }) => {
  const report = await benchRelay({
    tell: () => {},
    signal,
    sessions: 26,
    rounds: 1,
    starts: 1,
    profileDir: undefined,
    times: { steadyMs: 200, warmUpMs: 200, windowMs: 500 },
  });
  const schema = z.strictObject({
    bench: z.literal('relay'),
    sessions: z.literal(26),
    cpu_us_per_chunk: sides(positive),
    cpu_ratio: positive,
    latency_ms: sides(z.strictObject({ p50: positive, p99: positive })),
    rss_kb_per_session: sides(z.number()),
    full_collections: sides(z.number()),
    longest_collection_ms: sides(z.number()),
    longest_delay_ms: sides(positive),
    upstream: z.strictObject({
      speakers: positive,
      opened: z.strictObject({ relay: positive, baseline: z.literal(26) }),
      peak: z.strictObject({ relay: positive, baseline: z.literal(26) }),
      peak_per_speaker: positive,
    }),
    sent: positive,
    delivered: z.literal(report.sent),
    lost: z.literal(0),
    reordered: z.literal(0),
    errors: z.literal(0),
  });
  expect(schema.safeParse(report).error).toBeUndefined();
  // One for each speaker, one ready for the next, and one of the provider to fall back on.
  const { speakers, opened } = report.upstream;
  expect(speakers).toBeLessThan(26);
  expect(opened.relay).toBeLessThanOrEqual(1.2 * speakers + 2);
  // 200 + 500 ms at 10 chunks a second of each speaker, at the least.
  expect(report.sent).toBeGreaterThanOrEqual(speakers * 0.9 * 7);
});

describe('the command', () => {
  async function bench(commandLine: readonly string[], signal = new AbortController().signal) {
    let output = '';
    let errors = '';
    const status = await runBench(commandLine, {
      output: { write: (text: string) => (output += text) },
      errors: { write: (text: string) => (errors += text) },
      signal,
    });
    return { status, output, errors };
  }

  test('lists the benchmarks when it is asked for an unknown one', async () => {
    const { status, output, errors } = await bench(['everything']);
    expect({ status, output }).toEqual({ status: 2, output: '' });
    expect(errors).toContain('There is no benchmark "everything"');
    expect(errors).toContain('npm run bench -- relay');
  });

  test('ends at once when it is interrupted', DEADLINE, async () => {
    const abort = new AbortController();
    const running = bench(['relay', '--sessions', '5', '--json'], abort.signal);
    abort.abort();
    expect(await running).toEqual({ status: 1, output: '', errors: '' });
  });
});

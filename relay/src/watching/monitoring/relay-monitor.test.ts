import { expect, it } from 'vitest';
import type { MeasuredLatency } from '@parley/shared/monitoring-api';
import { slownessOf } from './relay-monitor.ts';

const NOW_MS = 1_000_000;

/** The slowness of these latencies, each measured `agoMs` before now. */
function slowness(
  latencies: Partial<Record<MeasuredLatency, readonly number[]>>,
  { agoMs = 0 } = {},
) {
  const atMs = NOW_MS - agoMs;
  return slownessOf((name, sinceMs) => (sinceMs <= atMs ? (latencies[name] ?? []) : []), NOW_MS);
}

const SLOW = { e2e: [2_900, 1_501, 3_100], asr: [200], llm: [2_400, 2_300, 2_500], tts: [300] };

it('names the median answer, and the part that took most of it', () => {
  expect(slowness(SLOW)).toEqual({ e2eMs: 2_900, part: 'model', partMs: 2_400 });
  expect(slowness({ ...SLOW, tts: [2_600] })).toMatchObject({ part: 'voice', partMs: 2_600 });
  expect(slowness({ ...SLOW, asr: [2_700] })).toMatchObject({ part: 'recognition' });
});

it('is not there if half of the answers come in time, or too few came of late', () => {
  expect(slowness({ ...SLOW, e2e: [1_500, 1_500, 9_000] })).toBeUndefined();
  expect(slowness({ ...SLOW, e2e: [9_000, 9_000] })).toBeUndefined();
  expect(slowness(SLOW, { agoMs: 300_000 })).toBeDefined();
  expect(slowness(SLOW, { agoMs: 300_001 })).toBeUndefined();
});

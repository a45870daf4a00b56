import type { MeasuredLatency } from '@parley/shared/monitoring-api';
import type { Slowness } from './overall-health.ts';

/** How far back answers tell of now. */
const RECENT_MS = 300_000;
/** With fewer, one slow answer would be called slowness. */
const MIN_ANSWERS = 3;
/** Above this people notice; the alert of docs/monitoring/alerts.yml is the same. */
const SLOW_MS = 1_500;

const PARTS = { recognition: 'asr', model: 'llm', voice: 'tts' } as const;

/** @param recent - latencies of a kind since an instant, ms since 1970 */
export function slownessOf(
  recent: (name: MeasuredLatency, sinceMs: number) => readonly number[],
  nowMs: number,
): Slowness | undefined {
  const since = nowMs - RECENT_MS;
  const answers = recent('e2e', since);
  const e2eMs = medianOf(answers);
  if (answers.length < MIN_ANSWERS || e2eMs <= SLOW_MS) return undefined;
  const parts = (Object.keys(PARTS) as (keyof typeof PARTS)[]).map((part) => ({
    part,
    partMs: medianOf(recent(PARTS[part], since)),
  }));
  return { e2eMs, ...parts.toSorted((a, b) => b.partMs - a.partMs)[0]! };
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

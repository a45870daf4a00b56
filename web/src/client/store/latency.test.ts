import { LATENCY_SEGMENTS, type LatencyTimeline } from '@parley/shared/latency';
import { ENOUGH_TURNS } from '@parley/shared/statistics';
import { expect, test } from 'vitest';
import type { MeasuredTurn } from '../messages/media-messages.ts';
import { latencyOf } from './latency.ts';

/** Takes `ms` in all, a part in each segment. */
function turn(ms: number, utterance: number | null = 1): MeasuredTurn {
  const timeline = Object.fromEntries(
    LATENCY_SEGMENTS.map((segment) => [segment, ms / LATENCY_SEGMENTS.length]),
  ) as LatencyTimeline & Record<string, number>;
  return { responseId: `${ms}`, utterance, voiceToVoiceMs: ms, timeline };
}

test('the last turn and the median are those of speech, with their parts', () => {
  const { last, percentiles } = latencyOf([turn(1_600), turn(800), turn(400), turn(8, null)]);
  expect(last).toMatchObject({ voice_to_voice_ms: 400, asr_final_ms: 50, playout_ms: 50 });
  expect(percentiles.voice_to_voice_ms).toEqual({ count: 3, p50: 800, p95: null, p99: null });
  expect(percentiles.llm_ttft_ms.p50).toBe(100);
});

test('nothing is known before a turn, and the slowest only of enough of them', () => {
  const none = latencyOf([turn(8, null)]);
  expect(none.last).toBeNull();
  expect(none.percentiles.voice_to_voice_ms.p50).toBeNull();
  const many = latencyOf(Array.from({ length: ENOUGH_TURNS }, (_, index) => turn(index * 8)));
  expect(many.percentiles.voice_to_voice_ms.p95).toBe(144);
});

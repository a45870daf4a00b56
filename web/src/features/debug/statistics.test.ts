import { describe, expect, test } from 'vitest';
import type { MeasuredTurn } from '../../client/index.ts';
import {
  measuresOf,
  msText,
  percentile,
  segmentText,
  totalText,
  typedMedianMs,
  waterfallSpanMs,
} from './statistics.ts';

function turn(voiceToVoiceMs: number, utterance: number | null = 1): MeasuredTurn {
  return {
    responseId: `r${voiceToVoiceMs}`,
    utterance,
    voiceToVoiceMs,
    timeline: {
      endpointing_ms: voiceToVoiceMs,
      uplink_ms: 0,
      asr_final_ms: 0,
      llm_ttft_ms: 0,
      text_aggregation_ms: 0,
      tts_ttfb_ms: 0,
      downlink_ms: 0,
      playout_ms: 0,
    },
  };
}

describe('percentiles', () => {
  test('are values that occurred', () => {
    const values = [50, 10, 40, 20, 30];
    expect(percentile(values, 0.5)).toBe(30);
    expect(percentile(values, 0.95)).toBe(50);
    expect(percentile([7], 0.5)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });

  test('take the 95th and 99th of a hundred at their rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(percentile(values, 0.95)).toBe(95);
    expect(percentile(values, 0.99)).toBe(99);
  });

  test('of voice to voice leave typed turns out', () => {
    const [voiceToVoice] = measuresOf([turn(800), turn(5, null)]);
    expect(voiceToVoice?.percentiles).toMatchObject({ p50: 800 });
    expect(typedMedianMs([turn(800), turn(5, null)])).toBe(5);
    expect(typedMedianMs([turn(800)])).toBeNull();
  });

  test('beyond the middle are told from twenty turns on', () => {
    const turns = Array.from({ length: 20 }, (_, index) => turn(100 + index));
    expect(measuresOf(turns.slice(1))[0]?.percentiles).toEqual({ p50: 110, p95: null, p99: null });
    expect(measuresOf(turns)[0]?.percentiles).toEqual({ p50: 109, p95: 118, p99: 119 });
  });

  test('are absent if nothing was measured', () => {
    expect(measuresOf([]).map((measure) => measure.percentiles)).toEqual([null, null, null, null]);
  });
});

test('the waterfall always shows the target line and is never pressed flat', () => {
  expect(waterfallSpanMs([])).toBe(1_200);
  expect(waterfallSpanMs([turn(700)])).toBe(1_200);
  expect(waterfallSpanMs([turn(1_670)])).toBe(1_800);
  expect(waterfallSpanMs([turn(60_000)])).toBe(3_000);
});

test('a figure that is a bound has a sign', () => {
  const held = { ...turn(1_234), approximate: ['uplink_ms'] as const };
  expect(segmentText(held, 'uplink_ms')).toBe('≈0');
  expect(segmentText(held, 'endpointing_ms')).toBe('1,234');
  expect(totalText(held)).toBe('1,234');
  expect(totalText({ ...held, approximate: ['playout_ms'] })).toBe('≈1,234');
});

test('milliseconds are whole, with thousands set apart', () => {
  expect(msText(1234.6)).toBe('1,235');
});

import { describe, expect, test } from 'vitest';
import { latencyOf, type MeasuredTurn } from '../../client/index.ts';
import {
  measuresOf,
  msText,
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
  test('of voice to voice leave typed turns out', () => {
    const [voiceToVoice] = measuresOf(latencyOf([turn(800), turn(5, null)]));
    expect(voiceToVoice?.percentiles).toMatchObject({ p50: 800 });
    expect(typedMedianMs([turn(800), turn(5, null)])).toBe(5);
    expect(typedMedianMs([turn(800)])).toBeNull();
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

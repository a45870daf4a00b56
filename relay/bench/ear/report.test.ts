import { expect, test } from 'vitest';
import type { AskedTurn } from './report.ts';
import { reportOf, rowOf } from './report.ts';

const NOTHING = {
  uplink_ms: 0,
  asr_final_ms: 0,
  llm_ttft_ms: 0,
  text_aggregation_ms: 0,
  tts_ttfb_ms: 0,
  downlink_ms: 0,
  playout_ms: 0,
};

function turn(earMs: number | null, ...panelMs: readonly number[]): AskedTurn {
  return {
    voice: 'slt',
    text: 'What time is it?',
    disturbance: 'none',
    earMs,
    earOtherwiseMs: [],
    shown: panelMs.map((ms) => ({
      voiceToVoiceMs: ms,
      approximate: false,
      timeline: { ...NOTHING, endpointing_ms: ms },
    })),
  };
}

test('a panel is right within 20 ms of the ear', () => {
  const report = reportOf([turn(400, 420), turn(400, 379), turn(400, 400), turn(400, 398)]);
  expect(report).toMatchObject({ turns: 4, failed: 0, within_20_ms: 0.75, sums_wrong: 0 });
  expect(report.panel_minus_ear_ms).toEqual({ p5: -21, p50: -2, p95: 20 });
});

test('a turn without an answer, without a figure or with two of them has failed', () => {
  expect(reportOf([turn(null, 400), turn(400), turn(400, 200, 200)]).failed).toBe(3);
});

test('segments that do not sum to the total are counted', () => {
  const wrong = turn(400, 400);
  const shown = [{ ...wrong.shown[0]!, voiceToVoiceMs: 401 }];
  expect(reportOf([{ ...wrong, shown }]).sums_wrong).toBe(1);
});

test('a row says what happened before it', () => {
  expect(rowOf(3, { ...turn(400.4, 410), disturbance: 'stall' })).toBe(
    '   3 slt ear 400, panel 410 = 410 + 0 + 0 + 0 + 0 + 0 + 0 + 0 after stall',
  );
  expect(rowOf(4, turn(null))).toBe('   4 slt ear silence, panel not measured');
});

import { describe, expect, it } from 'vitest';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { utterancesOf } from './utterances.ts';

/** Sound of changing loudness, so that each sample says where it was. */
const sound = (ms: number, loudness = 1) =>
  Int16Array.from({ length: ms * 16 }, (_, i) => Math.round(loudness * (3_000 + (i % 2_000))));
const silence = (ms: number) => new Int16Array(ms * 16);

const spans = (pieces: readonly Int16Array[], isCutAtPauses = true) =>
  utterancesOf(joinPcm16(pieces), isCutAtPauses).map(
    ({ startMs, samples }) => [startMs, startMs + samples.length / 16] as const,
  );

describe('the utterances of a recording', () => {
  it('are one if it is short, whatever pauses it has', () => {
    expect(spans([silence(900), sound(1_000), silence(2_000), sound(1_003)], false)).toEqual([
      [0, 4_903],
    ]);
    expect(spans([silence(1_000), sound(1_000), silence(2_000)])).toEqual([[0, 4_000]]);
    expect(spans([silence(3_000)])).toEqual([[0, 3_000]]);
    expect(spans([])).toEqual([[0, 0]]);
  });

  it('stand between pauses, with some silence around each', () => {
    const pieces = [silence(500), sound(1_000), silence(1_500), sound(2_000), silence(100)];
    expect(spans(pieces)).toEqual([
      [200, 1_800],
      [2_700, 5_100],
    ]);
  });

  it('are not cut at the pauses between words, nor by a quieter voice', () => {
    expect(spans([sound(500), silence(700), sound(500, 0.3), silence(600), sound(500)])).toEqual([
      [0, 2_800],
    ]);
  });

  it('are half a minute at most, cut where it is quietest, with nothing lost', () => {
    const pieces = [sound(20_000), silence(300), sound(40_000)];
    const cut = spans(pieces, false);
    expect(cut[0]![1]).toBeGreaterThanOrEqual(20_000);
    expect(cut[0]![1]).toBeLessThanOrEqual(20_300);
    expect(cut.every(([from, to]) => to - from <= 30_000)).toBe(true);
    const parts = utterancesOf(joinPcm16(pieces), false).map(({ samples }) => samples);
    expect(joinPcm16(parts)).toEqual(joinPcm16(pieces));
  });
});

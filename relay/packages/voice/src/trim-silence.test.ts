import { describe, expect, it } from 'vitest';
import { trimSilence } from './trim-silence.ts';

const ms = (count: number): number => count * 16;
const tone = (lengthMs: number): number[] =>
  Array.from({ length: ms(lengthMs) }, (_, i) => 5_000 * Math.cos(i));
const hush = (lengthMs: number): number[] => Array.from({ length: ms(lengthMs) }, () => 3);

describe('trimSilence', () => {
  it('leaves as much silence at both ends as asked for', () => {
    const speech = Int16Array.from([...hush(200), ...tone(100), ...hush(180)]);
    const trimmed = trimSilence(speech, { beforeMs: 30, afterMs: 110 });
    expect(trimmed.length).toBe(ms(30 + 100 + 110));
    expect(trimmed.slice(ms(30), ms(130))).toEqual(speech.slice(ms(200), ms(300)));
    expect(trimmed[0]).toBe(3);
  });

  it('adds silence where there is too little', () => {
    const trimmed = trimSilence(Int16Array.from([...hush(10), ...tone(100)]), {
      beforeMs: 30,
      afterMs: 50,
    });
    expect(trimmed.length).toBe(ms(180));
    expect([...trimmed.slice(0, ms(20))].every((sample) => sample === 0)).toBe(true);
    expect([...trimmed.slice(ms(130))].every((sample) => sample === 0)).toBe(true);
    expect(trimmed[ms(30)]).toBe(5_000);
  });

  it('leaves the silence within alone', () => {
    const speech = Int16Array.from([...tone(50), ...hush(300), ...tone(50)]);
    expect(trimSilence(speech, { beforeMs: 0, afterMs: 0 })).toEqual(speech);
  });

  it('cuts an inaudible breath before the voice, but no soft consonant', () => {
    const noise = (lengthMs: number, peak: number): number[] =>
      Array.from({ length: ms(lengthMs) }, (_, i) => (i % 2 === 0 ? peak : -peak));
    const pauses = { beforeMs: 0, afterMs: 0 };
    const breath = Int16Array.from([...noise(50, 66), ...tone(100).map((sample) => 2 * sample)]);
    expect(trimSilence(breath, pauses)).toEqual(breath.slice(ms(50)));
    const soft = Int16Array.from([...noise(50, 110), ...tone(100).map((sample) => 2 * sample)]);
    expect(trimSilence(soft, pauses)).toEqual(soft);
  });

  it('makes nothing of silence', () => {
    expect(trimSilence(Int16Array.from(hush(230)), { beforeMs: 30, afterMs: 30 })).toHaveLength(0);
    expect(trimSilence(new Int16Array(0), { beforeMs: 30, afterMs: 30 })).toHaveLength(0);
  });
});

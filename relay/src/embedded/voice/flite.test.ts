import { describe, expect, it } from 'vitest';
import { compileFlite, FLITE_SAMPLE_RATE_HZ, readWav, speakPiece } from './flite.ts';

function wav(rateHz: number, samples: readonly number[], extra = 0): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(44 + extra + samples.length * 2));
  const name = (at: number, text: string): void => {
    for (const [index, letter] of [...text].entries())
      view.setUint8(at + index, letter.charCodeAt(0));
  };
  name(0, 'RIFF');
  name(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint32(24, rateHz, true);
  if (extra > 0) {
    name(36, 'LIST');
    view.setUint32(40, extra - 8, true);
  }
  name(36 + extra, 'data');
  view.setUint32(40 + extra, samples.length * 2, true);
  for (const [index, sample] of samples.entries())
    view.setInt16(44 + extra + index * 2, sample, true);
  return new Uint8Array(view.buffer);
}

describe('readWav', () => {
  it('finds the samples, behind other chunks too', () => {
    expect([...readWav(wav(16_000, [1, -2, 3]))]).toEqual([1, -2, 3]);
    expect([...readWav(wav(16_000, [1, -2, 3], 20))]).toEqual([1, -2, 3]);
  });

  it('reads no more than there is', () => {
    expect([...readWav(wav(16_000, [1, -2, 3]).slice(0, -3))]).toEqual([1]);
  });

  it('refuses another rate, and a file without audio', () => {
    expect(() => readWav(wav(8_000, [1]))).toThrow('8000 Hz');
    expect(() => readWav(new Uint8Array(10))).toThrow('no audio');
  });
});

describe('speakPiece', () => {
  it('speaks the same text the same way each time, in every voice', async () => {
    const flite = await compileFlite();
    for (const voice of ['slt', 'rms', 'awb']) {
      const first = speakPiece(flite, voice, 'Hello there.');
      expect(first.length).toBeGreaterThan(FLITE_SAMPLE_RATE_HZ / 2);
      expect(speakPiece(flite, voice, 'Hello there.')).toEqual(first);
    }
  });

  it('takes text that looks like an option or a file for text', async () => {
    const flite = await compileFlite();
    for (const text of ['-o /etc/passwd', '--help', '../speech.wav']) {
      expect(speakPiece(flite, 'slt', text).length).toBeGreaterThan(FLITE_SAMPLE_RATE_HZ / 2);
    }
  });
});

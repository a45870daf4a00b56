import { describe, expect, it } from 'vitest';
import { compileFlite, FLITE_SAMPLE_RATE_HZ, speakPiece } from './flite.ts';

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

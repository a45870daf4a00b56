import { beforeAll, describe, expect, it } from 'vitest';
import { compileFlite, Flite, FLITE_SAMPLE_RATE_HZ } from './flite.ts';

describe('Flite', () => {
  let flite: Flite;
  beforeAll(async () => {
    flite = new Flite(await compileFlite());
  });

  it.each(['slt', 'rms', 'awb'])(
    'speaks the same text the same way each time, whatever it spoke before (%s)',
    async (voice) => {
      const first = flite.speak(voice, 'Hello there.');
      expect(first.length).toBeGreaterThan(FLITE_SAMPLE_RATE_HZ / 2);
      flite.speak('awb', 'Something else, and slowly.', { speed: 0.7 });
      flite.renew();
      expect(flite.speak(voice, 'Hello there.')).toEqual(first);
      expect(new Flite(await compileFlite()).speak(voice, 'Hello there.')).toEqual(first);
    },
  );

  it('takes text that looks like an option or a file for text', () => {
    for (const text of ['-o /etc/passwd', '--help', '../speech.wav']) {
      expect(flite.speak('slt', text).length).toBeGreaterThan(FLITE_SAMPLE_RATE_HZ / 2);
    }
  });

  it('speaks on after a run that failed', () => {
    const before = flite.speak('slt', 'Hello there.');
    expect(() => flite.speak('no such voice', 'Hello there.')).toThrow(/./);
    expect(flite.speak('slt', 'Hello there.')).toEqual(before);
  });
});

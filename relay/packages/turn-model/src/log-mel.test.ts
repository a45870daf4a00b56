import { describe, expect, it } from 'vitest';
import { bandEdgeHz, FRAMES, logMelSpectrogram, MEL_BANDS, WINDOW_SAMPLES } from './log-mel.ts';

const SAMPLE_RATE_HZ = 16_000;

function tone(hz: number, samples = WINDOW_SAMPLES, amplitude = 10_000): Int16Array {
  return Int16Array.from({ length: samples }, (_, at) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * at) / SAMPLE_RATE_HZ)),
  );
}

const bandsAt = (features: Float32Array, frame: number) =>
  Array.from({ length: MEL_BANDS }, (_, band) => features[band * FRAMES + frame]!);

/** Slaney's scale, the other way round than the code has it. */
function melOf(hz: number): number {
  return hz < 1_000 ? (3 * hz) / 200 : 15 + (27 * Math.log(hz / 1_000)) / Math.log(6.4);
}

describe('the log-mel spectrogram', () => {
  it('of silence is the floor everywhere, (−10 + 4) / 4', () => {
    const features = logMelSpectrogram(new Int16Array(WINDOW_SAMPLES));
    expect(features).toEqual(new Float32Array(MEL_BANDS * FRAMES).fill(-1.5));
  });

  it('has bands from 0 to 8 kHz, equally far apart on the mel scale', () => {
    expect(bandEdgeHz(0)).toBe(0);
    expect(bandEdgeHz(MEL_BANDS + 1)).toBeCloseTo(8_000, 6);
    const step = melOf(8_000) / (MEL_BANDS + 1);
    for (let edge = 0; edge <= MEL_BANDS + 1; edge += 1) {
      expect(melOf(bandEdgeHz(edge))).toBeCloseTo(edge * step, 9);
    }
  });

  it.each([120, 440, 1_000, 3_333, 7_600])('of a tone of %i Hz peaks in its band', (hz) => {
    const features = logMelSpectrogram(tone(hz));
    for (const frame of [10, 400, 790]) {
      const bands = bandsAt(features, frame);
      const loudest = bands.indexOf(Math.max(...bands));
      expect(bandEdgeHz(loudest)).toBeLessThan(hz);
      expect(bandEdgeHz(loudest + 2)).toBeGreaterThan(hz);
    }
  });

  it('of a tone has the height that its energy gives', () => {
    // Of variance 1 after normalisation, so of amplitude √2; a Hann window of 400 points shows a
    // tone at a multiple of 40 Hz there with √2 / 2 · 200, and half of that at both neighbours.
    const power = new Map([
      [1_960, 5_000],
      [2_000, 20_000],
      [2_040, 5_000],
    ]);
    const bands = bandsAt(logMelSpectrogram(tone(2_000)), 400);
    const expected = Array.from({ length: MEL_BANDS }, (_, band) => {
      const [low, peak, high] = [bandEdgeHz(band), bandEdgeHz(band + 1), bandEdgeHz(band + 2)];
      let energy = 0;
      for (const [hz, ofHz] of power) {
        const height = hz < peak ? (hz - low) / (peak - low) : (high - hz) / (high - peak);
        energy += (Math.max(0, height) * 2 * ofHz) / (high - low);
      }
      return (Math.log10(energy) + 4) / 4;
    });
    const reached = expected.flatMap((value, band) => (value > 0 ? [band] : []));
    expect(reached.length).toBeGreaterThan(1);
    for (const band of reached) expect(bands[band]).toBeCloseTo(expected[band]!, 3);
  });

  it('does not depend on how loud the sound is, nor on an offset', () => {
    const quiet = logMelSpectrogram(tone(500, WINDOW_SAMPLES, 5_000));
    const loud = logMelSpectrogram(tone(500, WINDOW_SAMPLES, 20_000).map((each) => each + 1_000));
    for (const frame of [0, 400, 799]) {
      const quietBands = bandsAt(quiet, frame);
      const loudBands = bandsAt(loud, frame);
      // Elsewhere there is nothing but the rounding of samples.
      const sounding = quietBands.flatMap((value, band) => (value > 0 ? [band] : []));
      expect(sounding.length).toBeGreaterThan(1);
      for (const band of sounding) expect(loudBands[band]).toBeCloseTo(quietBands[band]!, 2);
    }
  });

  it('ends with the end of the sound, and begins with silence if that is shorter', () => {
    const features = logMelSpectrogram(tone(1_000, SAMPLE_RATE_HZ));
    const loudnessAt = (frame: number) => Math.max(...bandsAt(features, frame));
    const least = features.reduce((min, value) => Math.min(min, value), Infinity);
    expect(loudnessAt(690)).toBe(least);
    expect(loudnessAt(710)).toBeGreaterThan(1);
    expect(loudnessAt(799)).toBeGreaterThan(1);
  });

  it('covers the last eight seconds, and 8 powers of ten below the loudest', () => {
    const long = new Int16Array(WINDOW_SAMPLES + 5_000).fill(20_000, 0, 5_000);
    long.set(tone(700), 5_000);
    const features = logMelSpectrogram(long);
    expect(features).toEqual(logMelSpectrogram(tone(700)));
    const most = features.reduce((max, value) => Math.max(max, value), -Infinity);
    const least = features.reduce((min, value) => Math.min(min, value), Infinity);
    expect(least).toBeGreaterThanOrEqual(most - 2 - 1e-6);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { complexNumbers, fourier, FOURIER_POINTS, type ComplexNumbers } from './log-mel.ts';

function transformed(input: ComplexNumbers): ComplexNumbers {
  const output = complexNumbers();
  fourier(input, output);
  return output;
}

/** A circle of so many turns in 400 points. */
function circle(turns: number): ComplexNumbers {
  const input = complexNumbers();
  for (let at = 0; at < FOURIER_POINTS; at += 1) {
    input.re[at] = Math.cos((2 * Math.PI * turns * at) / FOURIER_POINTS);
    input.im[at] = Math.sin((2 * Math.PI * turns * at) / FOURIER_POINTS);
  }
  return input;
}

it('the Fourier transform finds a circle at its number of turns, for each number', () => {
  for (let turns = 0; turns < FOURIER_POINTS; turns += 1) {
    const { re, im } = transformed(circle(turns));
    expect(re[turns]).toBeCloseTo(FOURIER_POINTS, 8);
    re[turns] = 0;
    expect(Math.max(...re.map(Math.abs), ...im.map(Math.abs))).toBeLessThan(1e-8);
  }
});

it('the Fourier transform keeps the energy and the sum (Parseval)', () => {
  const points = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
    minLength: FOURIER_POINTS,
    maxLength: FOURIER_POINTS,
  });
  fc.assert(
    fc.property(points, points, (real, imaginary) => {
      const input = { re: Float64Array.from(real), im: Float64Array.from(imaginary) };
      const output = transformed(input);
      expect(energyOf(output)).toBeCloseTo(FOURIER_POINTS * energyOf(input), 6);
      expect(output.re[0]).toBeCloseTo(
        real.reduce((sum, each) => sum + each, 0),
        9,
      );
    }),
    { numRuns: 20 },
  );
});

function energyOf({ re, im }: ComplexNumbers): number {
  return re.reduce((sum, each, index) => sum + each ** 2 + im[index]! ** 2, 0);
}

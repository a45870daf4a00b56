import {
  greatestCommonDivisor,
  sincWeight,
  type SincShape,
} from '../../../src/lib/windowed-sinc.ts';

/** The stopband is at about −90 dB. */
const SHAPE: SincShape = { zeroCrossings: 48, kaiserBeta: 9, rollOff: 0.94 };

/**
 * Resamples a whole recording with a band-limited interpolator (J. O. Smith, "Digital Audio
 * Resampling": windowed sinc, stretched when going down so that it filters what would alias).
 *
 * Sample 0 stays at time 0; beyond the ends there is silence.
 */
export function resample(samples: Float32Array, fromHz: number, toHz: number): Float32Array {
  if (fromHz === toHz) return samples;
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const stepIn = fromHz / divisor;
  const stepOut = toHz / divisor;
  const output = new Float32Array(Math.ceil((samples.length * stepOut) / stepIn));
  // The fractional position repeats every `stepOut` outputs, so there are that many kernels.
  const kernels = new Map<number, Kernel>();
  for (let index = 0; index < output.length; index++) {
    const numerator = index * stepIn;
    const phase = numerator % stepOut;
    const centre = (numerator - phase) / stepOut;
    let kernel = kernels.get(phase);
    if (kernel === undefined) {
      kernel = kernelAt(phase / stepOut, Math.min(1, toHz / fromHz));
      kernels.set(phase, kernel);
    }
    const start = centre + kernel.first;
    const { taps } = kernel;
    const begin = Math.max(0, -start);
    const end = Math.min(taps.length, samples.length - start);
    let sum = 0;
    for (let tap = begin; tap < end; tap++) sum += taps[tap]! * samples[start + tap]!;
    output[index] = sum;
  }
  return output;
}

/** Rounds to PCM16, holding what is beyond full scale at it. */
export function toPcm16(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) =>
    Math.max(-0x8000, Math.min(0x7fff, Math.round(sample * 0x8000))),
  );
}

interface Kernel {
  /** Where the first tap lies, relative to the input sample at or before the output instant. */
  readonly first: number;
  readonly taps: Float64Array;
}

/**
 * @param fraction - how far the output instant lies after an input sample, 0–1
 * @param scale - bandwidth kept, as a share of the input's
 */
function kernelAt(fraction: number, scale: number): Kernel {
  const reach = SHAPE.zeroCrossings / scale;
  const first = Math.ceil(fraction - reach);
  const last = Math.floor(fraction + reach);
  const taps = new Float64Array(last - first + 1);
  let sum = 0;
  for (let index = 0; index < taps.length; index++) {
    const distance = first + index - fraction;
    const weight = sincWeight(distance * scale, SHAPE);
    taps[index] = weight;
    sum += weight;
  }
  // Every phase passes a constant unchanged; else there would be a whistle at their rate.
  for (let index = 0; index < taps.length; index++) taps[index]! /= sum;
  return { first, taps };
}

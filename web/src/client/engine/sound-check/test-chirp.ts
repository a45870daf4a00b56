import { SPEECH_HZ } from '@parley/shared/audio/pcm16';

/** Rate at which the microphone's signal arrives, and at which the pattern is played. */
export const SIGNAL_HZ = SPEECH_HZ;

/** Between what a phone's speaker can play and what a narrow-band headset still lets through. */
const FROM_HZ = 500;
const TO_HZ = 3_400;
const LENGTH_MS = 250;
/** Ends that fade in and out do not click. */
const FADE_MS = 15;
/** About −12 dBFS: as loud as a voice. */
const AMPLITUDE = 0.25;

/** How often it is played, and from one beginning to the next. */
export const CHIRPS = 3;
export const CHIRP_INTERVAL_MS = 600;

/** Bluetooth speakers are up to a third of a second behind. */
const MAX_DELAY_MS = 700;
/** Pairs of samples are taken as one: a quarter of the work. */
const DECIMATION = 2;
const SEARCH_HZ = SIGNAL_HZ / DECIMATION;

/**
 * Likeness to the chirp from which it was heard. Speech and noise stay below 0.1; a chirp 15 dB
 * below the noise around it still reaches 0.36.
 */
const LIKENESS = 0.2;

/** A tone that rises through the speech band: nothing else in a room resembles it. */
export function makeChirp(): Float32Array<ArrayBuffer> {
  const samples = new Float32Array((LENGTH_MS * SIGNAL_HZ) / 1_000);
  const fade = (FADE_MS * SIGNAL_HZ) / 1_000;
  for (let at = 0; at < samples.length; at += 1) {
    const seconds = at / SIGNAL_HZ;
    const sweep = ((TO_HZ - FROM_HZ) * seconds ** 2) / (2 * (LENGTH_MS / 1_000));
    const edge = Math.min(1, at / fade, (samples.length - 1 - at) / fade);
    samples[at] = AMPLITUDE * edge * Math.sin(2 * Math.PI * (FROM_HZ * seconds + sweep));
  }
  return samples;
}

/** All chirps with the silence after each, PCM16. */
export function makeTestSound(): Int16Array<ArrayBuffer> {
  const chirp = makeChirp();
  const interval = (CHIRP_INTERVAL_MS * SIGNAL_HZ) / 1_000;
  const sound = new Int16Array(CHIRPS * interval);
  for (let index = 0; index < CHIRPS; index += 1) {
    for (let at = 0; at < chirp.length; at += 1) {
      sound[index * interval + at] = Math.round(chirp[at]! * 32_767);
    }
  }
  return sound;
}

/** What a microphone took in: samples at `SIGNAL_HZ`, the first at `startS` of the context's time. */
export interface Captured {
  readonly samples: Float32Array;
  readonly startS: number;
}

export interface FoundChirp {
  /** From the context's output to the captured signal, ms. */
  readonly delayMs: number;
  /** How much it is like the chirp that was played, 0–1. */
  readonly likeness: number;
}

/**
 * Looks for the test sound in what was captured.
 *
 * @param playedS the context's time of the first chirp's first sample
 * @returns null if nothing like it is there
 */
export function findChirp(captured: Captured, playedS: number): FoundChirp | null {
  const chirp = decimated(makeChirp());
  const span = Math.round((MAX_DELAY_MS * SEARCH_HZ) / 1_000) + chirp.length;
  const mean = meanOfChirps(captured, playedS, span);
  if (mean === null) return null;
  let best = { lag: 0, likeness: 0 };
  const chirpEnergy = energyOf(chirp, 0, chirp.length);
  let energy = energyOf(mean, 0, chirp.length);
  for (let lag = 0; lag + chirp.length <= mean.length; lag += 1) {
    let product = 0;
    for (let at = 0; at < chirp.length; at += 1) product += chirp[at]! * mean[lag + at]!;
    const likeness = energy <= 0 ? 0 : Math.abs(product) / Math.sqrt(energy * chirpEnergy);
    if (likeness > best.likeness) best = { lag, likeness };
    energy += (mean[lag + chirp.length] ?? 0) ** 2 - mean[lag]! ** 2;
  }
  if (best.likeness < LIKENESS) return null;
  return { delayMs: (best.lag * 1_000) / SEARCH_HZ, likeness: Math.min(1, best.likeness) };
}

/**
 * RMS of what was captured while the chirps came back.
 *
 * @param delayMs from the context's output to the captured signal
 * @param skip chirps at the beginning that do not count: a canceller has to learn first
 */
export function levelWhileChirping(
  captured: Captured,
  playedS: number,
  delayMs: number,
  skip = 0,
): number {
  const length = (LENGTH_MS * SIGNAL_HZ) / 1_000;
  let energy = 0;
  let samples = 0;
  for (let index = skip; index < CHIRPS; index += 1) {
    const from = positionOf(captured, playedS + (index * CHIRP_INTERVAL_MS + delayMs) / 1_000);
    const until = Math.min(captured.samples.length, from + length);
    energy += energyOf(captured.samples, Math.max(0, from), until);
    samples += Math.max(0, until - Math.max(0, from));
  }
  return samples === 0 ? 0 : Math.sqrt(energy / samples);
}

/** The chirps laid over one another: what comes back each time stays, noise becomes weaker. */
function meanOfChirps(captured: Captured, playedS: number, span: number): Float32Array | null {
  const mean = new Float32Array(span);
  let whole = 0;
  for (let index = 0; index < CHIRPS; index += 1) {
    const from = positionOf(captured, playedS + (index * CHIRP_INTERVAL_MS) / 1_000);
    if (from < 0 || from + span * DECIMATION > captured.samples.length) continue;
    const part = decimated(captured.samples.subarray(from, from + span * DECIMATION));
    for (let at = 0; at < span; at += 1) mean[at]! += part[at]!;
    whole += 1;
  }
  return whole === 0 ? null : mean;
}

function positionOf({ startS }: Captured, atS: number): number {
  return Math.round((atS - startS) * SIGNAL_HZ);
}

function decimated(samples: Float32Array): Float32Array {
  const half = new Float32Array(Math.floor(samples.length / DECIMATION));
  for (let at = 0; at < half.length; at += 1) {
    half[at] = (samples[2 * at]! + samples[2 * at + 1]!) / 2;
  }
  return half;
}

function energyOf(samples: Float32Array, from: number, until: number): number {
  let energy = 0;
  for (let at = from; at < until; at += 1) energy += samples[at]! ** 2;
  return energy;
}

import { readFileSync } from 'node:fs';
import { FEATURE_BUCKETS, forEachFeature, type AskedQuestion } from './word-features.ts';

/** Written by relay/tools/train-end-of-turn.ts: a scale (float32), then an int8 for each bucket. */
export const WEIGHTS_FILE = new URL('end-of-turn-weights.bin', import.meta.url);

export interface CompletenessModel {
  /** Log-odds of one step of a weight. */
  readonly scale: number;
  readonly weights: Int8Array;
}

let loaded: CompletenessModel | undefined;

/**
 * How likely it is that English words are a finished turn, by logistic regression over
 * `forEachFeature`. The first call reads the weights.
 *
 * @returns 0–1, for turns and pauses that are equally frequent
 */
export function modelProbability(words: readonly string[], question: AskedQuestion): number {
  loaded ??= parseModel(readFileSync(WEIGHTS_FILE));
  return probabilityBy(loaded, words, question);
}

export function probabilityBy(
  { scale, weights }: CompletenessModel,
  words: readonly string[],
  question: AskedQuestion,
): number {
  let sum = 0;
  forEachFeature(words, question, (bucket) => {
    sum += weights[bucket]!;
  });
  return 1 / (1 + Math.exp(-sum * scale));
}

/** @throws Error if it is not a file of weights */
export function parseModel(file: Uint8Array): CompletenessModel {
  if (file.length !== FEATURE_BUCKETS + 4) throw new Error('The end-of-turn weights are damaged.');
  return {
    scale: new DataView(file.buffer, file.byteOffset).getFloat32(0, true),
    weights: new Int8Array(file.buffer, file.byteOffset + 4, FEATURE_BUCKETS),
  };
}

import type { CompletenessModel } from '../../src/call/turn/deciding/word-completeness.ts';
import { FEATURE_BUCKETS, forEachFeature } from '../../src/call/turn/deciding/word-features.ts';
import type { Example } from './examples.ts';

const EPOCHS = 4;
const LEARNING_RATE = 0.05;
const L2 = 0.02;
const SEED = 20_261_122;
/** The largest step of an int8. */
const STEPS = 127;

/**
 * Logistic regression by AdaGrad. Finished turns weigh as much as all pauses together. The same
 * examples give the same model.
 */
export function train(examples: readonly Example[]): CompletenessModel {
  const features = examples.map(({ words, question }) => {
    const buckets: number[] = [];
    forEachFeature(words, question, (bucket) => buckets.push(bucket));
    return Uint16Array.from(buckets);
  });
  const finished = examples.filter(({ isFinished }) => isFinished).length;
  const finishedWeight = (examples.length - finished) / finished;
  const weights = new Float64Array(FEATURE_BUCKETS);
  const squares = new Float64Array(FEATURE_BUCKETS).fill(1);
  const random = randomOf(SEED);
  const order = examples.map((_, index) => index);
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    shuffle(order, random);
    for (const index of order) {
      const { isFinished } = examples[index]!;
      const buckets = features[index]!;
      let sum = 0;
      for (const bucket of buckets) sum += weights[bucket]!;
      const error = (isFinished ? 1 : 0) - 1 / (1 + Math.exp(-sum));
      const weighed = error * (isFinished ? finishedWeight : 1);
      for (const bucket of buckets) {
        const gradient = weighed - L2 * weights[bucket]!;
        squares[bucket]! += gradient * gradient;
        weights[bucket]! += (LEARNING_RATE * gradient) / Math.sqrt(squares[bucket]!);
      }
    }
  }
  return quantised(weights);
}

function quantised(weights: Float64Array): CompletenessModel {
  const scale = Math.fround(
    weights.reduce((most, each) => Math.max(most, Math.abs(each)), 0) / STEPS,
  );
  return { scale, weights: Int8Array.from(weights, (each) => Math.round(each / scale)) };
}

/** As `parseModel` reads it. */
export function encodeModel({ scale, weights }: CompletenessModel): Uint8Array {
  const file = new Uint8Array(4 + weights.length);
  new DataView(file.buffer).setFloat32(0, scale, true);
  new Int8Array(file.buffer, 4).set(weights);
  return file;
}

function shuffle(order: number[], random: () => number): void {
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
}

/** A linear congruential generator: 0 ≤ x < 1. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

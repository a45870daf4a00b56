import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  modelProbability,
  parseModel,
  WEIGHTS_FILE,
  wordCompleteness,
} from '../../src/call/turn/deciding/word-completeness.ts';
import { evaluate } from './evaluation.ts';
import { examplesOf, HELD_OUT, readTurns, SENTENCES, trainingExamples } from './examples.ts';
import { encodeModel, train } from './training.ts';

const heldOut = examplesOf(readTurns(HELD_OUT));

test('on sentences of other topics the weights tell ends from pauses', () => {
  const scored = heldOut.map(({ words, question, isFinished }) => ({
    isFinished,
    probability: modelProbability(words, question),
  }));
  expect(evaluate(scored).auc).toBeGreaterThan(0.88);
});

test('so does the whole judgement', () => {
  const scored = heldOut.map(({ words, lastReply, isFinished }) => ({
    isFinished,
    probability: wordCompleteness(words.join(' '), { language: 'en', lastReply }).probability,
  }));
  const { auc, foundAt5Percent } = evaluate(scored);
  expect(auc).toBeGreaterThan(0.87);
  expect(foundAt5Percent).toBeGreaterThan(0.4);
});

test('nothing that is held out is learnt from', () => {
  const learnt = new Set(readTurns(SENTENCES).map(({ text }) => text));
  const both = readTurns(HELD_OUT).filter(
    ({ text }) => text.split(' ').length > 3 && learnt.has(text),
  );
  expect(both).toEqual([]);
});

test('there are at least 1,500 sentences to learn from, none twice', () => {
  const lines = readTurns(SENTENCES).map(({ lastReply, text }) => `${lastReply} > ${text}`);
  expect(new Set(lines).size).toBeGreaterThanOrEqual(1_500);
  expect(lines).toHaveLength(new Set(lines).size);
});

test('the weights are those of the sentences', () => {
  const trained = train(trainingExamples(readTurns(SENTENCES)));
  const kept = parseModel(readFileSync(WEIGHTS_FILE));
  expect(kept.scale).toBeCloseTo(trained.scale, 4);
  // Exponentials may differ in their last bit from one processor to another.
  const furthest = kept.weights.reduce(
    (most, weight, bucket) => Math.max(most, Math.abs(weight - trained.weights[bucket]!)),
    0,
  );
  expect(furthest).toBeLessThanOrEqual(1);
  expect(encodeModel(trained).length).toBeLessThan(64 * 1_024);
});

test('a score without any knowledge has an area of one half', () => {
  const same = [true, false, true, false].map((isFinished) => ({ isFinished, probability: 0.5 }));
  expect(evaluate(same).auc).toBe(0.5);
  const perfect = [0.1, 0.2, 0.8, 0.9].map((probability) => ({
    probability,
    isFinished: probability > 0.5,
  }));
  expect(evaluate(perfect)).toEqual({ finished: 2, unfinished: 2, auc: 1, foundAt5Percent: 1 });
});

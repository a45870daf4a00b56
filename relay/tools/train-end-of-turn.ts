import { writeFileSync } from 'node:fs';
import {
  probabilityBy,
  WEIGHTS_FILE,
  wordCompleteness,
} from '../src/call/turn/deciding/word-completeness.ts';
import { evaluate, type Scored } from './end-of-turn/evaluation.ts';
import {
  examplesOf,
  HELD_OUT,
  readTurns,
  SENTENCES,
  trainingExamples,
  type Example,
} from './end-of-turn/examples.ts';
import { encodeModel, train } from './end-of-turn/training.ts';

/**
 * Learns from relay/tools/end-of-turn/sentences when a turn is finished, writes the weights, and
 * prints how well they do on sentences of other topics:
 *
 *   node relay/tools/train-end-of-turn.ts
 */
const turns = readTurns(SENTENCES);
const examples = trainingExamples(turns);
const model = train(examples);
writeFileSync(WEIGHTS_FILE, encodeModel(model));

const heldOut = examplesOf(readTurns(HELD_OUT));
const byModel = ({ words, question }: Example) => probabilityBy(model, words, question);
const byAll = ({ words, lastReply }: Example) =>
  wordCompleteness(words.join(' '), { language: 'en', lastReply }).probability;
print(`learnt from ${turns.length} turns`, examplesOf(turns), byModel);
print('held out: weights alone', heldOut, byModel);
print('held out: with the rules', heldOut, byAll);

function print(title: string, of: readonly Example[], scoreOf: (example: Example) => number): void {
  const scored = of.map((example): Scored => ({
    probability: scoreOf(example),
    isFinished: example.isFinished,
  }));
  const { auc, foundAt5Percent, finished, unfinished } = evaluate(scored);
  process.stdout.write(
    `${title}: ${finished} ends, ${unfinished} pauses, AUC ${auc.toFixed(3)}, ` +
      `${(100 * foundAt5Percent).toFixed(0)} % of the ends at 5 % false ones\n`,
  );
}

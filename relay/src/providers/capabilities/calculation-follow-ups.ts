import { spokenNumber } from '../phrases/number-words.ts';
import {
  numberAlone,
  operate,
  type Calculation,
  type Operator,
} from '../phrases/slots/calculation.ts';
import { numberSlot } from '../phrases/slots/number.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import { calculationToWords } from './calculation-words.ts';
import { intent, type Intent } from './intent.ts';
import type { Topic } from './phrase-context.ts';

type Step = (result: Calculation) => Calculation;

const by =
  (operator: Operator, right: number): Step =>
  (result) =>
    operate(result, operator, numberAlone(right));

const operatorSlot = vocabularySlot<Operator>('operator', [
  { value: 'plus', spoken: ['plus'], typed: ['add'] },
  { value: 'minus', spoken: ['minus'], typed: ['subtract', 'less'] },
  { value: 'times', spoken: ['times'], typed: ['multiplied by', 'multiply by', 'x'] },
  { value: 'divided by', spoken: ['divided by'], typed: ['divide by', 'over'] },
]);

const stepSlot = vocabularySlot<Step>('step', [
  { value: by('times', 2), spoken: ['double that'], typed: ['double it', 'twice that'] },
  { value: by('times', 3), spoken: ['triple that'], typed: ['triple it', 'three times that'] },
  { value: by('divided by', 2), spoken: ['half of that'], typed: ['half that', 'halve it'] },
  { value: by('times', 1 / 3), spoken: [], typed: ['third of that'] },
  { value: by('times', 1 / 4), spoken: [], typed: ['quarter of that'] },
  {
    value: (result) => operate(result, 'times', result),
    spoken: ['square that'],
    typed: ['that squared', 'square it'],
  },
]);

/** Phrases that go on calculating with the last result. */
export const followUps: readonly Intent[] = [
  intent({
    phrases: ['[what is] <step>'],
    variants: ['(and | now | how much is | and what is | what about) <step>'],
    typed: ['[and | now | how much is] [what is] <step>'],
    slots: { step: stepSlot },
    answer: ({ step }, { topic }) => gone(topic, step),
    topic: ({ step }, earlier) => topicBehind(earlier, step),
  }),
  intent({
    phrases: ['and <operator> <right>'],
    variants: ['[now | then] <operator> <right>'],
    typed: [
      '[and | now | then] [that | it] <operator> <right>',
      '[what is] that <operator> <right>',
    ],
    slots: { operator: operatorSlot, right: numberSlot },
    answer: ({ operator, right }, { topic }) => gone(topic, by(operator, right)),
    topic: ({ operator, right }, earlier) => topicBehind(earlier, by(operator, right)),
  }),
];

/** The last result by a single name: read back in full, a chain of steps could not be followed. */
function resultOf(topic: Topic | undefined): Calculation | undefined {
  if (topic?.kind !== 'number' || topic.value.impossible !== undefined) return undefined;
  const { value } = topic.value;
  const words = spokenNumber(value, 2)?.words;
  return words === undefined ? undefined : { value, words };
}

function gone(topic: Topic | undefined, step: Step): string {
  const result = resultOf(topic);
  return result === undefined
    ? 'Give me a sum first, such as: what is seven times eight?'
    : calculationToWords(step(result));
}

function topicBehind(earlier: Topic | undefined, step: Step): Topic | undefined {
  const result = resultOf(earlier);
  return result && { kind: 'number', value: step(result) };
}

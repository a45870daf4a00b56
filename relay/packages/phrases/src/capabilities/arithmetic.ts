import { z } from 'zod';
import { readWhole, type Reading, type SpokenSlot } from '../phrases/slot.ts';
import {
  calculationSlot,
  numberAlone,
  operate,
  partSlot,
  type Calculation,
  type ArithmeticOperator,
} from '../phrases/slots/calculation.ts';
import { numberSlot, belowHundred, readNumber } from '../phrases/slots/number.ts';
import { calculationToWords, calculationProblem } from './calculation-words.ts';
import type { Capability } from './capability.ts';
import { intent, type Intent } from './intent.ts';
import { moneyIntents } from './money.ts';
import { defineTool } from './tool.ts';
import { spokenNumber } from '../phrases/number-words.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import type { Topic } from './phrase-context.ts';

/** No list that people say is longer. */
const MAX_NUMBERS = 20;

/**
 * `five seven and nine`, `1, 2, 3 and 4`. Two as well: `seventy two and eighteen` may be three numbers
 * to the recogniser, and are two.
 */
const numbersSlot: SpokenSlot<readonly number[]> = {
  rule: {
    name: 'numbers',
    expansion: '<below_hundred> <below_hundred> [<below_hundred>] and <below_hundred>',
    uses: [belowHundred],
  },
  *read(tokens, at): Iterable<Reading<readonly number[]>> {
    const values: number[] = [];
    let end = at;
    while (values.length < MAX_NUMBERS) {
      const linked = tokens[end] === 'and' || tokens[end] === 'plus' ? end + 1 : end;
      // "Five" may begin "five hundred", which is the longest and comes first.
      const next = readNumber(tokens, values.length === 0 ? end : linked)[0];
      if (next === undefined) break;
      values.push(next.value);
      end = next.end;
    }
    if (values.length > 1) yield { value: values, end };
  },
};

const by =
  (operator: ArithmeticOperator, right: number): Step =>
  (result) =>
    operate(result, operator, numberAlone(right));

const operatorSlot = vocabularySlot<ArithmeticOperator>('operator', [
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
const followUps: readonly Intent[] = [
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

type Step = (result: Calculation) => Calculation;

const calculate = defineTool({
  name: 'calculate',
  description: 'Calculates.',
  input: z.object({
    expression: z.string().max(200).describe('Such as "15% of 80", "2*(3+4)^2", "sqrt 81".'),
  }),
  run: ({ expression }) => readWhole(calculationSlot, expression),
  report: (calculation) =>
    calculation === undefined
      ? 'That is not an expression this tool can calculate.'
      : // Twelve digits hide that 0.1 + 0.2 is not 0.3 in binary.
        (calculationProblem(calculation) ?? String(Number(calculation.value.toPrecision(12)))),
});

const NAMED_OPERATIONS: readonly (readonly [ArithmeticOperator, ...variants: string[]])[] = [
  ['plus', 'add <left> (to | and | with) <right>', '[what is] sum of <left> and <right>'],
  [
    'times',
    '[what do you get if you | if you | if i] multiply <left> (by | and | with) <right>',
    '[what is] product of <left> and <right>',
  ],
  [
    'minus',
    '(subtract | deduct | take [away]) <right> from <left>',
    '[what is] difference between <left> and <right>',
  ],
  ['divided by', '[what do you get if you] divide <left> (by | into) <right>'],
];

const SPOKEN_OPERATIONS: Partial<Record<ArithmeticOperator, readonly string[]>> = {
  plus: ['add <left> and <right>'],
  times: ['multiply <left> by <right>'],
  'divided by': ['divide <left> by <right>'],
};

export const arithmetic: Capability = {
  name: 'arithmetic',
  tools: [calculate],
  examples: [
    'What is seven times eight?',
    'What is fifteen percent of eighty?',
    'What is the square root of eighty one?',
  ],
  intents: [
    intent({
      phrases: ['(what is | how much is | calculate) <calculation>'],
      variants: [
        '(compute | solve | work out | figure out) <calculation>',
        'what does <calculation> (equal | make)',
        '(what | how much) <calculation> is',
      ],
      typed: [
        '[calculate | compute | solve | work out | figure out | find | what does | what do | what would | get] <calculation> [equals | equal | make | is | be | give]',
        '(what | how much | what number) <calculation> (is | makes | equals | comes to)',
        '(what do you get | what do i get | what comes out | what is it) [if | when] (you | i) [do | have | take] <calculation>',
        'what do you get for <calculation>',
        'what is (result | value | answer) (of | to) <calculation>',
      ],
      slots: { calculation: calculationSlot },
      answer: ({ calculation }) => calculationToWords(calculation),
      topic: ({ calculation }) => ({ kind: 'number', value: calculation }),
    }),
    intent({
      phrases: ['<part>'],
      slots: { part: partSlot },
      answer: ({ part }) => calculationToWords(part),
      topic: ({ part }) => ({ kind: 'number', value: part }),
    }),
    intent({
      variants: [
        'add [up] <numbers>',
        '[what is] (sum | total) of <numbers>',
        '(what is | how much is) <numbers> [added] (together | in total | altogether)',
      ],
      slots: { numbers: numbersSlot },
      answer: ({ numbers }) => calculationToWords(total(numbers)),
      topic: ({ numbers }) => ({ kind: 'number', value: total(numbers) }),
    }),
    ...followUps,
    ...moneyIntents,
    ...NAMED_OPERATIONS.map(([operator, ...variants]) =>
      intent({
        phrases: SPOKEN_OPERATIONS[operator] ?? [],
        variants,
        slots: { left: numberSlot, right: numberSlot },
        answer: ({ left, right }) => calculationToWords(named(left, operator, right)),
        topic: ({ left, right }) => ({ kind: 'number', value: named(left, operator, right) }),
      }),
    ),
  ],
};

function named(left: number, operator: ArithmeticOperator, right: number): Calculation {
  return operate(numberAlone(left), operator, numberAlone(right));
}

function total([first = 0, ...rest]: readonly number[]): Calculation {
  return rest.reduce((sum, value) => operate(sum, 'plus', numberAlone(value)), numberAlone(first));
}

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

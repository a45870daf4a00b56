import { z } from 'zod';
import { readWhole } from '../phrases/slot.ts';
import {
  calculationSlot,
  numberAlone,
  operate,
  partSlot,
  type Calculation,
  type Operator,
} from '../phrases/slots/calculation.ts';
import { numberSlot } from '../phrases/slots/number.ts';
import { numbersSlot } from '../phrases/slots/numbers.ts';
import { calculationToWords, problemOf } from './calculation-words.ts';
import { followUps } from './calculation-follow-ups.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
import { moneyIntents } from './money.ts';
import { defineTool } from './tool.ts';

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
        (problemOf(calculation) ?? String(Number(calculation.value.toPrecision(12)))),
});

const NAMED_OPERATIONS: readonly (readonly [Operator, ...variants: string[]])[] = [
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

const SPOKEN_OPERATIONS: Partial<Record<Operator, readonly string[]>> = {
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

function named(left: number, operator: Operator, right: number): Calculation {
  return operate(numberAlone(left), operator, numberAlone(right));
}

function total([first = 0, ...rest]: readonly number[]): Calculation {
  return rest.reduce((sum, value) => operate(sum, 'plus', numberAlone(value)), numberAlone(first));
}

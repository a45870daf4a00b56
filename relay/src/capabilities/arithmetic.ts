import { z } from 'zod';
import { isNumber, spokenNumber } from '../phrases/number-words.ts';
import { readWhole } from '../phrases/slot.ts';
import {
  calculationSlot,
  numberAlone,
  operate,
  type Calculation,
  type Operator,
} from '../phrases/slots/calculation.ts';
import { numberSlot } from '../phrases/slots/number.ts';
import { capitalised } from '../phrases/wording.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
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

const NAMED_OPERATIONS: readonly (readonly [Operator, ...typed: string[]])[] = [
  ['plus', 'add <left> to <right>', '[what is] sum of <left> and <right>'],
  ['times', 'multiply <left> (by | and | with) <right>', '[what is] product of <left> and <right>'],
  [
    'minus',
    'subtract <right> from <left>',
    'take <right> from <left>',
    '[what is] difference between <left> and <right>',
  ],
  ['divided by', 'divide <left> by <right>'],
];

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
      phrases: ['(what is | how much is) <calculation>'],
      typed: [
        '[calculate | compute | solve | work out | what does | what do] <calculation> [equals | equal | make | is]',
      ],
      slots: { calculation: calculationSlot },
      answer: ({ calculation }) => said(calculation),
    }),
    ...NAMED_OPERATIONS.map(([operator, ...typed]) =>
      intent({
        phrases: operator === 'plus' ? ['add <left> and <right>'] : [],
        typed,
        slots: { left: numberSlot, right: numberSlot },
        answer: ({ left, right }) => said(operate(numberAlone(left), operator, numberAlone(right))),
      }),
    ),
  ],
};

function problemOf({ impossible }: Calculation): string | undefined {
  if (impossible === 'division_by_zero') return 'Nothing can be divided by zero.';
  if (impossible === 'negative_root') return 'That root has no answer among the real numbers.';
  return undefined;
}

function said(calculation: Calculation): string {
  const problem = problemOf(calculation);
  if (problem !== undefined) return problem;
  const { value, words } = calculation;
  const result = spokenNumber(value, 2);
  if (result === undefined) return 'That number is too large for me to say.';
  // Reading a long calculation back would bury its result.
  return words === undefined || words.length > 80
    ? `That ${isNumber(result)}.`
    : `${capitalised(words)} ${isNumber(result)}.`;
}

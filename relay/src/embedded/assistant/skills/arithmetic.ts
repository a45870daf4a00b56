import { defineSkill, intent } from '../language/skill.ts';
import { capitalised, isNumber, spokenNumber } from '../language/sentences.ts';
import { calculationSlot, type Calculation } from '../slots/calculation.ts';
import { numberSlot } from '../slots/number.ts';

export const arithmetic = defineSkill({
  name: 'arithmetic',
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
      answer: ({ calculation }) => resultOf(calculation),
    }),
    intent({
      phrases: ['add <left> and <right>'],
      typed: ['add <left> to <right>', '[what is] sum of <left> and <right>'],
      slots: { left: numberSlot, right: numberSlot },
      answer: ({ left, right }) => resultOf(simple(left, 'plus', right, left + right)),
    }),
    intent({
      typed: [
        'multiply <left> (by | and | with) <right>',
        '[what is] product of <left> and <right>',
      ],
      slots: { left: numberSlot, right: numberSlot },
      answer: ({ left, right }) => resultOf(simple(left, 'times', right, left * right)),
    }),
    intent({
      typed: [
        'subtract <right> from <left>',
        'take <right> from <left>',
        '[what is] difference between <left> and <right>',
      ],
      slots: { left: numberSlot, right: numberSlot },
      answer: ({ left, right }) => resultOf(simple(left, 'minus', right, left - right)),
    }),
    intent({
      typed: ['divide <left> by <right>'],
      slots: { left: numberSlot, right: numberSlot },
      answer: ({ left, right }) =>
        resultOf({
          ...simple(left, 'divided by', right, left / right),
          ...(right === 0 && { impossible: 'division_by_zero' }),
        }),
    }),
  ],
});

function simple(left: number, operator: string, right: number, value: number): Calculation {
  const words = [left, right].map((number) => spokenNumber(number, 2)?.words ?? 'that number');
  return { value, words: words.join(` ${operator} `) };
}

function resultOf({ value, words, impossible }: Calculation): string {
  if (impossible === 'division_by_zero') return 'Nothing can be divided by zero.';
  if (impossible === 'negative_root') return 'That root has no answer among the real numbers.';
  const result = spokenNumber(value, 2);
  if (result === undefined) return 'That number is too large for me to say.';
  // Reading a long sum back would bury its result.
  return words === undefined || words.length > 80
    ? `That ${isNumber(result)}.`
    : `${capitalised(words)} ${isNumber(result)}.`;
}

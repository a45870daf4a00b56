import { z } from 'zod';
import { numberToWords, spokenNumber } from '../phrases/number-words.ts';
import { numberSlot, smallNumberSlot } from '../phrases/slots/number.ts';
import { listed, pick } from '../phrases/wording.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
import { defineTool } from './tool.ts';

const pickRandom = defineTool({
  name: 'pick_random',
  description: 'Flips a coin, rolls dice or picks a whole number.',
  input: z.object({
    kind: z.enum(['coin', 'dice', 'number']),
    dice: z.int().min(1).max(9).optional(),
    low: z.number().optional(),
    high: z.number().optional(),
  }),
  run({ kind, dice = 1, low = 1, high = 100 }, { random }) {
    if (kind === 'coin') return `It is ${pick(['heads', 'tails'], random)}.`;
    return kind === 'dice' ? rolled(dice, random) : numberBetween(low, high, random);
  },
  report: (said) => said,
});

export const chance: Capability = {
  name: 'chance',
  tools: [pickRandom],
  examples: ['Flip a coin.', 'Roll a die.', 'Pick a number between one and ten.'],
  intents: [
    intent({
      phrases: ['(flip | toss) a coin', 'heads or tails'],
      variants: ['(flip | toss | throw) [me] coin [for me]'],
      typed: ['coin (flip | toss)'],
      isRepeatable: true,
      answer: (_, context) => pickRandom.run({ kind: 'coin' }, context),
    }),
    intent({
      phrases: ['roll (a die | the dice)'],
      variants: [
        'roll [one] (die | dice) [for me]',
        '(throw | toss | roll) [me] [one] (die | dice)',
      ],
      typed: ['roll d 6'],
      isRepeatable: true,
      answer: (_, context) => pickRandom.run({ kind: 'dice' }, context),
    }),
    intent({
      phrases: ['roll two dice'],
      variants: ['(throw | toss | roll) (two | pair of) dice'],
      typed: ['(throw | toss | roll) (two | 2 | pair of) dice'],
      isRepeatable: true,
      answer: (_, context) => pickRandom.run({ kind: 'dice', dice: 2 }, context),
    }),
    intent({
      phrases: ['(pick | choose) a [random] number between <low> and <high>'],
      slots: { low: smallNumberSlot, high: smallNumberSlot },
      isRepeatable: true,
      answer: (range, context) => pickRandom.run({ kind: 'number', ...range }, context),
    }),
    intent({
      typed: [
        '[give me | tell me | pick | choose | think of | generate] [random] number (from | between) <low> (and | to | minus) <high>',
      ],
      slots: { low: numberSlot, high: numberSlot },
      isRepeatable: true,
      answer: (range, context) => pickRandom.run({ kind: 'number', ...range }, context),
    }),
    intent({
      phrases: ['give me a random number', 'pick a number'],
      variants: ['(give me | tell me | pick | choose | think of) [random] number'],
      typed: ['[give me | tell me | pick | choose | think of | generate] [random] number'],
      isRepeatable: true,
      answer: (_, context) => pickRandom.run({ kind: 'number' }, context),
    }),
  ],
};

function rolled(dice: number, random: () => number): string {
  const rolls = Array.from({ length: dice }, () => wholeBetween(1, 6, random));
  const sum = rolls.reduce((total, roll) => total + roll, 0);
  const each = `You rolled ${listed(rolls.map((roll) => `a ${numberToWords(roll)}`))}.`;
  return dice === 1 ? each : `${each} That makes ${numberToWords(sum)}.`;
}

function numberBetween(first: number, second: number, random: () => number): string {
  const low = Math.ceil(Math.min(first, second));
  const high = Math.floor(Math.max(first, second));
  if (low > high) return 'There is no whole number between those two.';
  const picked = spokenNumber(wholeBetween(low, high, random), 0);
  return picked === undefined
    ? 'Those numbers are too large for me to say.'
    : `I pick ${picked.words}.`;
}

function wholeBetween(low: number, high: number, random: () => number): number {
  return low + Math.floor(random() * (high - low + 1));
}

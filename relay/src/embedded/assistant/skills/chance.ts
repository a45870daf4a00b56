import { defineSkill, intent } from '../language/skill.ts';
import { numberToWords } from '../language/number-words.ts';
import { pick, spokenNumber } from '../language/sentences.ts';
import { numberSlot, smallNumberSlot } from '../slots/number.ts';

export const chance = defineSkill({
  name: 'chance',
  examples: ['Flip a coin.', 'Roll a die.', 'Pick a number between one and ten.'],
  intents: [
    intent({
      phrases: ['(flip | toss) a coin', 'heads or tails'],
      typed: ['coin (flip | toss)', 'flip coin for me'],
      answer: (_, { random }) => `It is ${pick(['heads', 'tails'], random)}.`,
    }),
    intent({
      phrases: ['roll (a die | the dice)'],
      typed: ['roll [one] (die | dice) [for me]', '(throw | toss) (die | dice)', 'roll d 6'],
      answer: (_, { random }) => `You rolled a ${numberToWords(wholeBetween(1, 6, random))}.`,
    }),
    intent({
      phrases: ['roll two dice'],
      typed: ['(throw | toss) two dice', 'roll (2 | pair of) dice'],
      answer: (_, { random }) => {
        const [one, other] = [wholeBetween(1, 6, random), wholeBetween(1, 6, random)];
        return `You rolled a ${numberToWords(one)} and a ${numberToWords(other)}. That makes ${numberToWords(one + other)}.`;
      },
    }),
    intent({
      phrases: ['(pick | choose) a [random] number between <low> and <high>'],
      slots: { low: smallNumberSlot, high: smallNumberSlot },
      answer: ({ low, high }, { random }) => numberBetween(low, high, random),
    }),
    intent({
      typed: [
        '[give me | tell me | pick | choose | think of | generate] [random] number (from | between) <low> (and | to | minus) <high>',
      ],
      slots: { low: numberSlot, high: numberSlot },
      answer: ({ low, high }, { random }) => numberBetween(low, high, random),
    }),
    intent({
      typed: ['[give me | tell me | pick | choose | think of | generate] [random] number'],
      answer: (_, { random }) => numberBetween(1, 100, random),
    }),
  ],
});

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

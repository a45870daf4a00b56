import { defineSkill, intent } from '../language/skill.ts';
import { capitalised, isNumber, spokenNumber } from '../language/sentences.ts';
import { vocabularySlot } from '../language/vocabulary.ts';
import {
  countedQuantitySlot,
  quantitySlot,
  typedQuantitySlot,
  type Quantity,
} from '../slots/quantity.ts';
import { convert, spokenUnitSlot, typedUnitSlot, type Unit } from '../slots/units.ts';

/** One rule rather than four choices: each choice would bring its own copy of all numbers. */
const linkSlot = vocabularySlot('link', [
  { value: undefined, spoken: ['is', 'in', 'are in', 'are there in'] },
]);

export const conversion = defineSkill({
  name: 'conversion',
  examples: [
    'How many kilometers is five miles?',
    'Convert seventy degrees fahrenheit to celsius.',
    'How many grams are in a pound?',
  ],
  intents: [
    ...(['length', 'mass', 'volume', 'speed', 'time'] as const).map((dimension) =>
      intent({
        phrases: ['how many <unit> <link> <quantity>'],
        slots: {
          link: linkSlot,
          unit: spokenUnitSlot(dimension, 'many'),
          quantity: quantitySlot(dimension),
        },
        answer: converted,
      }),
    ),
    ...(['length', 'mass', 'volume', 'speed', 'temperature'] as const).map((dimension) =>
      intent({
        phrases: ['(convert | what is) <quantity> (to | in) <unit>'],
        slots: {
          unit: spokenUnitSlot(dimension, 'many'),
          quantity: countedQuantitySlot(dimension),
        },
        answer: converted,
      }),
    ),
    intent({
      typed: [
        'how (many | much) <unit> (are | is | does | do | make | makes | equals | equal | has | in | are in | is in | there are in | are there in) <quantity> [have | make]',
        '[convert | change | turn | what is | how much is | how many is | how many are | how far is | how long is | how hot is | how fast is] <quantity> (to | in | into | as) <unit>',
      ],
      slots: { unit: typedUnitSlot, quantity: typedQuantitySlot },
      answer: converted,
    }),
  ],
});

function converted({
  unit,
  quantity,
}: {
  readonly unit: Unit;
  readonly quantity: Quantity;
}): string {
  const { amount, unit: from } = quantity;
  const value = convert(amount, from, unit);
  if (value === undefined) {
    return `I cannot turn ${from.many} into ${unit.many}. One measures ${MEASURES[from.dimension]}, the other ${MEASURES[unit.dimension]}.`;
  }
  const before = spokenNumber(amount, 2);
  const after = spokenNumber(value, 1);
  if (before === undefined || after === undefined) return 'That number is too large for me to say.';
  return `${capitalised(before.words)} ${named(before.words, from)} ${isNumber(after)} ${named(after.words, unit)}.`;
}

function named(words: string, unit: Unit): string {
  return words === 'one' || words === 'minus one' ? unit.one : unit.many;
}

const MEASURES: Readonly<Record<Unit['dimension'], string>> = {
  length: 'length',
  mass: 'weight',
  volume: 'volume',
  speed: 'speed',
  temperature: 'temperature',
  time: 'time',
  area: 'area',
};

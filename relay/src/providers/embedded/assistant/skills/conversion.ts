import { defineSkill, intent } from '../language/skill.ts';
import { capitalised, isNumber, spokenNumber } from '../language/sentences.ts';
import { quantitySlot, type Quantity } from '../slots/quantity.ts';
import { convert, unitsSlot, type Unit } from '../slots/units.ts';

export const conversion = defineSkill({
  name: 'conversion',
  examples: [
    'How many kilometers is five miles?',
    'Convert seventy degrees fahrenheit to celsius.',
    'How many grams are in a pound?',
  ],
  intents: [
    intent({
      phrases: ['how many <unit> (is | are in | are there in | in) <quantity>'],
      typed: [
        'how (many | much) <unit> (are | does | do | make | makes | equals | equal | has) <quantity> [have | make]',
        'how many <unit> there are in <quantity>',
      ],
      slots: { unit: unitsSlot, quantity: quantitySlot },
      answer: converted,
    }),
    intent({
      phrases: ['convert <quantity> to <unit>', "(what is | what's) <quantity> in <unit>"],
      typed: [
        '[convert | change | turn | how much is | how many is | how many are | how far is | how long is | how hot is | how fast is] <quantity> (to | in | into | as) <unit>',
      ],
      slots: { unit: unitsSlot, quantity: quantitySlot },
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

import { z } from 'zod';
import { isNumber, spokenNumber } from '../phrases/number-words.ts';
import { readWhole, type Reading, type Slot, type SpokenSlot } from '../phrases/slot.ts';
import {
  convert,
  spokenUnitSlot,
  typedUnitSlot,
  type Unit,
  type Dimension,
} from '../phrases/slots/units.ts';
import {
  smallNumberSlot,
  belowThousand,
  digit,
  readAmount,
  readNumber,
} from '../phrases/slots/number.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import { capitalised } from '../phrases/wording.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
import { defineTool, type ToolContext } from './tool.ts';
import type { Topic } from './phrase-context.ts';

/** `five miles`, `half a mile`, `3.5 kg`, `-10 °C`, and `mile`, whose article has been dropped. */
const typedQuantitySlot: Slot<Quantity> = { read: readQuantity };

/** Unit → the smaller unit that is said behind it, and how many of those make one. */
const SMALLER_UNITS: Readonly<Record<string, readonly [many: string, count: number]>> = {
  foot: ['inches', 12],
  pound: ['ounces', 16],
};

interface Quantity {
  readonly amount: number;
  readonly unit: Unit;
  /** As it was said, if not by one number and one unit. */
  readonly words?: string;
}

interface Conversion {
  readonly amount: number;
  readonly from: Unit;
  readonly to: Unit;
  readonly value: number;
}

const convertUnits = defineTool({
  name: 'convert_units',
  description: 'Converts length, weight, volume, speed, temperature, time or area.',
  input: z.object({
    amount: z.number(),
    from: z.string().max(40).describe('Unit, such as "miles".'),
    to: z.string().max(40),
  }),
  run(input): Conversion | string {
    const [from, to] = [readWhole(typedUnitSlot, input.from), readWhole(typedUnitSlot, input.to)];
    if (from === undefined || to === undefined) {
      return `The unit "${from === undefined ? input.from : input.to}" is not known.`;
    }
    const value = convert(input.amount, from, to);
    return value === undefined
      ? `I cannot turn ${from.many} into ${to.many}. One measures ${from.dimension}, the other ${to.dimension}.`
      : { amount: input.amount, from, to, value };
  },
  report: (result) =>
    typeof result === 'string'
      ? result
      : `${result.amount} ${result.from.many} = ${Number(result.value.toPrecision(12))} ${result.to.many}`,
});

const HOW_IT_IS_ASKED = {
  length: 'how far is | how long is | how tall is',
  weight: 'how heavy is',
  volume: 'how big is',
  speed: 'how fast is',
  temperature: 'how (hot | cold | warm) is',
} as const;

/** One rule rather than four choices: each choice would bring its own copy of all numbers. */
const linkSlot = vocabularySlot('link', [
  { value: undefined, spoken: ['is', 'in', 'are in', 'are there in'] },
]);

export const conversion: Capability = {
  name: 'conversion',
  tools: [convertUnits],
  examples: [
    'How many kilometers is five miles?',
    'Convert seventy degrees fahrenheit to celsius.',
    'How many grams are in a pound?',
  ],
  intents: [
    ...(['length', 'weight', 'volume', 'speed', 'time'] as const).map((dimension) =>
      intent({
        phrases: ['how many <unit> <link> <quantity>'],
        slots: {
          link: linkSlot,
          unit: spokenUnitSlot(dimension, 'many'),
          quantity: quantitySlot(dimension),
        },
        answer: converted,
        topic,
      }),
    ),
    ...(['length', 'weight', 'volume', 'speed', 'temperature'] as const).map((dimension) =>
      intent({
        phrases: ['(convert | what is) <quantity> (to | in) <unit>'],
        variants: [
          `(change | turn | how much is | ${HOW_IT_IS_ASKED[dimension]}) <quantity> (to | in | into) <unit>`,
        ],
        slots: {
          unit: spokenUnitSlot(dimension, 'many'),
          quantity: countedQuantitySlot(dimension),
        },
        answer: converted,
        topic,
      }),
    ),
    intent({
      typed: [
        'how (many | much) <unit> (are | is | does | do | make | makes | equals | equal | has | in | are in | is in | there are in | are there in) <quantity> [have | make]',
        '[convert | change | turn | what is | how much is | how many is | how many are | how far is | how long is | how hot is | how fast is | how tall is | how heavy is | how big is | how cold is] <quantity> (to | in | into | as) [how many] <unit>',
        'what does <quantity> (weigh | measure | come to) in <unit>',
        'how many <unit> (make up | fit in | fit into | make | go into | are to) <quantity>',
        '<quantity> (is | are | equals) how many <unit>',
      ],
      slots: { unit: typedUnitSlot, quantity: typedQuantitySlot },
      answer: converted,
      topic,
    }),
    intent({
      phrases: ['(what about | how about) <amount>'],
      variants: ['and <amount>'],
      slots: { amount: smallNumberSlot },
      answer: ({ amount }, context) =>
        context.topic?.kind === 'conversion'
          ? converted(again(amount, context.topic), context)
          : 'I do not know what to do with that number.',
      topic: (_, earlier) => earlier,
    }),
    intent({
      typed: ['(and | what about | how about) <quantity>'],
      slots: { quantity: typedQuantitySlot },
      answer: ({ quantity }, context) =>
        context.topic?.kind === 'conversion'
          ? converted({ quantity, unit: context.topic.to }, context)
          : 'Tell me the unit that you want, too.',
      topic: ({ quantity }, earlier) =>
        earlier?.kind === 'conversion' ? { ...earlier, from: quantity.unit } : earlier,
    }),
  ],
};

interface Asked {
  readonly unit: Unit;
  readonly quantity: Quantity;
}

function topic({ unit, quantity }: Asked): Topic {
  return { kind: 'conversion', from: quantity.unit, to: unit };
}

function again(amount: number, { from, to }: Extract<Topic, { kind: 'conversion' }>): Asked {
  return { quantity: { amount, unit: from }, unit: to };
}

function converted({ unit, quantity }: Asked, context: ToolContext): string {
  const input = { amount: quantity.amount, from: quantity.unit.many, to: unit.many };
  const result = convertUnits.run(input, context);
  if (typeof result === 'string') return result;
  const before = spokenNumber(result.amount, 2);
  const after = spokenNumber(result.value, 1);
  if (before === undefined || after === undefined) return 'That number is too large for me to say.';
  const asked = quantity.words ?? `${before.words} ${named(before.words, result.from)}`;
  return `${capitalised(asked)} ${isNumber(after)} ${named(after.words, result.to)}.`;
}

function named(words: string, unit: Unit): string {
  return words === 'one' || words === 'minus one' ? unit.one : unit.many;
}

/** `five miles` or, in degrees, `minus ten degrees celsius`. */
function countedQuantitySlot(dimension: Dimension): SpokenSlot<Quantity> {
  const units = spokenUnitSlot(dimension, 'many').rule;
  const degrees = dimension === 'temperature';
  return {
    rule: {
      name: `counted_${dimension}`,
      expansion: degrees
        ? `[minus] <below_thousand> [degrees] <${units.name}>`
        : dimension === 'length'
          ? `<below_thousand> <${units.name}> | <digit> (foot | feet) <digit> [inches]`
          : `<below_thousand> <${units.name}>`,
      uses: [belowThousand, digit, units],
    },
    read: readQuantity,
  };
}

/** The same, or `a mile`. */
function quantitySlot(dimension: Dimension): SpokenSlot<Quantity> {
  const counted = countedQuantitySlot(dimension).rule;
  const unit = spokenUnitSlot(dimension, 'one').rule;
  return {
    rule: {
      name: `quantity_${dimension}`,
      expansion: `<${counted.name}> | (a | an | one) <${unit.name}>`,
      uses: [counted, unit],
    },
    read: readQuantity,
  };
}

function* readQuantity(tokens: readonly string[], at: number): Generator<Reading<Quantity>> {
  for (const amount of readAmount(tokens, at)) {
    for (const unit of typedUnitSlot.read(tokens, amount.end)) {
      yield* readSmallerPart(tokens, { amount: amount.value, unit: unit.value }, unit.end);
      yield { value: { amount: amount.value, unit: unit.value }, end: unit.end };
    }
  }
}

/** `six feet two inches`, `five foot eleven`, `two pounds three ounces`. */
function* readSmallerPart(
  tokens: readonly string[],
  { amount, unit }: Quantity,
  at: number,
): Generator<Reading<Quantity>> {
  const [many, count] = SMALLER_UNITS[unit.one] ?? [];
  if (many === undefined || count === undefined || !Number.isInteger(amount)) return;
  for (const small of readNumber(tokens, tokens[at] === 'and' ? at + 1 : at)) {
    if (small.value <= 0 || small.value >= count) continue;
    const behind = [...typedUnitSlot.read(tokens, small.end)].find(
      ({ value }) => value.many === many,
    );
    // A number alone may begin what follows in other units; behind feet it means inches.
    if (behind === undefined && unit.one !== 'foot') continue;
    const name = small.value === 1 ? (many === 'inches' ? 'inch' : 'ounce') : many;
    const words = `${wordsOf(amount)} ${amount === 1 ? unit.one : unit.many} ${wordsOf(small.value)} ${name}`;
    const value = { amount: amount + small.value / count, unit, words };
    if (behind !== undefined) yield { value, end: behind.end };
    // The unit that was read may be the "in" of "five foot eleven in meters".
    if (unit.one === 'foot') yield { value, end: small.end };
  }
}

function wordsOf(value: number): string {
  return spokenNumber(value, 2)?.words ?? 'that many';
}

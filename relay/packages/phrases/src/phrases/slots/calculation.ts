import { LARGEST_SPOKEN, numberToWords, ordinalToWords } from '../number-words.ts';
import type { Reading, Rule, SpokenSlot } from '../slot.ts';
import { belowHundred, numberSlot, readNumber } from './number.ts';

export interface Calculation {
  /** NaN or infinite if no such number exists; `impossible` then says why. */
  readonly value: number;
  /** The calculation read back; undefined if it could be misheard. */
  readonly words: string | undefined;
  readonly impossible?: 'division_by_zero' | 'negative_root' | undefined;
}

const partRule: Rule = {
  name: 'part_of_number',
  expansion:
    '(the (square | cube) root | half | a third | two thirds | a quarter | three quarters) of <number>',
  uses: [numberSlot.rule],
};

/**
 * A calculation with the usual precedence: `seven times eight`, `ten percent of fifty`,
 * `2 * (3 + 4)`. A number alone is not one.
 */
export const calculationSlot: SpokenSlot<Calculation> = {
  rule: {
    name: 'calculation',
    expansion: [
      '<number> ((plus | minus | times | divided by | to the power of | percent of) <number> [(plus | minus | times) <below_hundred>] | squared | cubed)',
      '<part_of_number>',
    ].join(' | '),
    uses: [numberSlot.rule, belowHundred, partRule],
  },
  *read(tokens, at): Iterable<Reading<Calculation>> {
    const reading = readSum(tokens, at, 0);
    if (reading !== undefined && reading.end > (readNumber(tokens, at)[0]?.end ?? at))
      yield reading;
  },
};

/** What is understood without a question before it: `the square root of two`, `half of seventy`. */
export const partSlot: SpokenSlot<Calculation> = { ...calculationSlot, rule: partRule };

const OPERATIONS = {
  plus: (left: number, right: number) => left + right,
  minus: (left: number, right: number) => left - right,
  times: (left: number, right: number) => left * right,
  'divided by': (left: number, right: number) => left / right,
  'percent of': (left: number, right: number) => (left * right) / 100,
  'percent off': (left: number, right: number) => right - (left * right) / 100,
} as const;

export type ArithmeticOperator = keyof typeof OPERATIONS;

export function operate(
  left: Calculation,
  operator: ArithmeticOperator,
  right: Calculation,
): Calculation {
  const isDividedByZero = operator === 'divided by' && right.value === 0;
  return {
    value: OPERATIONS[operator](left.value, right.value),
    words: worded(left.words, operator, right.words),
    // A part that is impossible makes the whole impossible.
    impossible:
      left.impossible ?? right.impossible ?? (isDividedByZero ? 'division_by_zero' : undefined),
  };
}

export function numberAlone(value: number): Calculation {
  return {
    value,
    words: Math.abs(value) < LARGEST_SPOKEN ? numberToWords(value) : 'that number',
  };
}

type Term = Reading<Calculation> | undefined;

/** Typed text may nest parentheses; no spoken calculation has this many. */
const MAX_DEPTH = 20;

const SUM: readonly (readonly [words: string, ArithmeticOperator])[] = [
  ['plus', 'plus'],
  ['minus', 'minus'],
];
const PRODUCT: typeof SUM = [
  ['multiplied by', 'times'],
  ['times', 'times'],
  ['x', 'times'],
  ['divided by', 'divided by'],
  ['over', 'divided by'],
];

function readSum(tokens: readonly string[], at: number, depth: number): Term {
  return readChain(tokens, at, SUM, (start) =>
    readChain(tokens, start, PRODUCT, (inner) => readFactor(tokens, inner, depth)),
  );
}

function readChain(
  tokens: readonly string[],
  at: number,
  operators: typeof SUM,
  operand: (at: number) => Term,
): Term {
  let left = operand(at);
  while (left !== undefined) {
    const operatorAt = left.end;
    const found = operators.find(([words]) => behind(tokens, operatorAt, words) !== undefined);
    const right = found && operand(behind(tokens, operatorAt, found[0])!);
    if (right === undefined) return left;
    left = { value: operate(left.value, found![1], right.value), end: right.end };
  }
  return left;
}

/** The position behind `words`; undefined if other words stand there. */
function behind(tokens: readonly string[], at: number, words: string): number | undefined {
  const expected = words.split(' ');
  return expected.every((word, index) => tokens[at + index] === word)
    ? at + expected.length
    : undefined;
}

function readFactor(tokens: readonly string[], at: number, depth: number): Term {
  if (depth > MAX_DEPTH) return undefined;
  const operand = (start: number): Term => readFactor(tokens, start, depth + 1);
  for (const [words, apply] of PREFIXES) {
    const start = behind(tokens, at, words);
    if (start === undefined) continue;
    const of = operand(start);
    return of && { value: apply(of.value), end: of.end };
  }
  const share = readShare(tokens, at, operand);
  if (share !== undefined) return share;
  let left = tokens[at] === '(' ? readParenthesis(tokens, at, depth) : readPlainNumber(tokens, at);
  while (left !== undefined) {
    const next = readPostfix(tokens, left, operand);
    if (next === undefined) return left;
    left = next;
  }
  return left;
}

function readPostfix(
  tokens: readonly string[],
  { value, end }: Reading<Calculation>,
  operand: (at: number) => Term,
): Term {
  if (tokens[end] === 'squared') return { value: power(value, 2, 'squared'), end: end + 1 };
  if (tokens[end] === 'cubed') return { value: power(value, 3, 'cubed'), end: end + 1 };
  for (const [words, operator] of SHARES) {
    const share = behind(tokens, end, words);
    if (share === undefined) continue;
    const of = operand(share);
    return of && { value: operate(value, operator, of.value), end: of.end };
  }
  const exponent = readExponent(tokens, end, operand);
  if (exponent === undefined) return undefined;
  const words = worded('to the power of', exponent.value.words);
  return { value: power(value, exponent.value.value, words), end: exponent.end };
}

/** `to the power of ten`, `raised to ten`, `to the tenth power`; behind it the exponent. */
function readExponent(tokens: readonly string[], at: number, operand: (at: number) => Term): Term {
  for (const words of ['to power of', 'to power', 'raised to power of', 'raised to']) {
    const exponentAt = behind(tokens, at, words);
    const exponent = exponentAt && operand(exponentAt);
    if (exponent) return exponent;
  }
  const ordinalAt = behind(tokens, at, 'raised to') ?? behind(tokens, at, 'to');
  const ordinal = ORDINALS.get(tokens[ordinalAt ?? -1] ?? '');
  return ordinalAt !== undefined && ordinal !== undefined && tokens[ordinalAt + 1] === 'power'
    ? { value: numberAlone(ordinal), end: ordinalAt + 2 }
    : undefined;
}

const ORDINALS: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 20 }, (_, index) => [ordinalToWords(index + 1), index + 1]),
);

const SHARES = [
  ['percent of', 'percent of'],
  ['percent off of', 'percent off'],
  ['percent off', 'percent off'],
] as const;

/** Parts of a whole, singular and plural: `a third of`, `two thirds of`. */
const PARTS: ReadonlyMap<string, number> = new Map(
  (
    [
      ['half', 2],
      ['third', 3],
      ['quarter', 4],
      ['fourth', 4],
      ['fifth', 5],
      ['sixth', 6],
      ['eighth', 8],
      ['tenth', 10],
    ] as const
  ).flatMap(([name, count]): [string, number][] => [
    [name, count],
    [name === 'half' ? 'halves' : `${name}s`, count],
  ]),
);

/** `a third of ninety`, `two thirds of sixty`. */
function readShare(tokens: readonly string[], at: number, operand: (at: number) => Term): Term {
  const counts = [...readNumber(tokens, at), { value: undefined, end: at }];
  for (const { value: count, end } of counts) {
    const name = tokens[end] ?? '';
    const parts = PARTS.get(name);
    const ofAt = behind(tokens, end + 1, 'of') ?? (name === 'half' ? end + 1 : undefined);
    if (parts === undefined || ofAt === undefined) continue;
    const of = operand(ofAt);
    if (of === undefined) continue;
    const share = count === undefined ? (name === 'half' ? '' : 'a ') : `${numberToWords(count)} `;
    const { value, words, impossible } = of.value;
    return {
      value: {
        value: (value * (count ?? 1)) / parts,
        words: worded(`${share}${name} of`, words),
        impossible,
      },
      end: of.end,
    };
  }
  return undefined;
}

const PREFIXES: readonly (readonly [string, (of: Calculation) => Calculation])[] = [
  [
    'square root of',
    (of) => ({
      value: Math.sqrt(of.value),
      words: worded('the square root of', of.words),
      impossible: of.impossible ?? (of.value < 0 ? 'negative_root' : undefined),
    }),
  ],
  [
    'cube root of',
    (of) => ({ ...of, value: Math.cbrt(of.value), words: worded('the cube root of', of.words) }),
  ],
  ['double', (of) => ({ ...of, value: of.value * 2, words: worded('double', of.words) })],
];

function readParenthesis(tokens: readonly string[], at: number, depth: number): Term {
  const inner = readSum(tokens, at + 1, depth + 1);
  // Parentheses cannot be heard, so what they hold together is not read back.
  return inner && tokens[inner.end] === ')'
    ? { value: { ...inner.value, words: undefined }, end: inner.end + 1 }
    : undefined;
}

function readPlainNumber(tokens: readonly string[], at: number): Term {
  const number = readNumber(tokens, at)[0];
  return number && { value: numberAlone(number.value), end: number.end };
}

/** Undefined if one of the parts is. */
function worded(...parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join(' ');
}

function power(base: Calculation, exponent: number, name: string | undefined): Calculation {
  const value = base.value ** exponent;
  const words = worded(base.words, name);
  if (base.value === 0 && exponent < 0) return { value, words, impossible: 'division_by_zero' };
  const impossible = base.impossible ?? (Number.isNaN(value) ? 'negative_root' : undefined);
  return { value, words, impossible };
}

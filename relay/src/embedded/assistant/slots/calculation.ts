import { numberToWords } from '../language/number-words.ts';
import type { Reading, Rule, Slot } from '../language/slot.ts';
import { numberSlot, readNumber } from './number.ts';

export interface Calculation {
  /** NaN or infinite where there is no such number; `impossible` then says why. */
  readonly value: number;
  /** The sum read back; undefined where it could be misheard. */
  readonly words: string | undefined;
  readonly impossible?: 'division_by_zero' | 'negative_root';
}

/**
 * A sum with the usual precedence: `seven times eight`, `ten percent of fifty`, `2 * (3 + 4)`.
 * A number alone is no calculation.
 */
export const calculationSlot: Slot<Calculation> & { readonly rule: Rule } = {
  rule: {
    name: 'calculation',
    expansion: [
      '<number> ((plus | minus | times | divided by | percent of) <number> | squared)',
      'the square root of <number>',
    ].join(' | '),
    uses: [numberSlot.rule],
  },
  *read(tokens, at): Iterable<Reading<Calculation>> {
    const reading = readSum(tokens, at, 0);
    if (reading !== undefined && reading.end > (readNumber(tokens, at)[0]?.end ?? at))
      yield reading;
  },
};

type Term = Reading<Calculation> | undefined;
type Binary = (left: Calculation, right: Calculation) => Calculation;

/** Typed text may nest parentheses; nobody says this many. */
const MAX_DEPTH = 20;

const ADDITIVE: Readonly<Record<string, Binary>> = {
  plus: (left, right) => combined(left, 'plus', right, left.value + right.value),
  minus: (left, right) => combined(left, 'minus', right, left.value - right.value),
};

const MULTIPLICATIVE: Readonly<Record<string, Binary>> = {
  times: (left, right) => combined(left, 'times', right, left.value * right.value),
  'divided by': divide,
};

const SYNONYMS: readonly (readonly [operator: string, ...tokens: string[]])[] = [
  ['plus', 'plus'],
  ['minus', 'minus'],
  ['times', 'multiplied', 'by'],
  ['times', 'times'],
  ['times', 'x'],
  ['divided by', 'divided', 'by'],
  ['divided by', 'over'],
];

function readSum(tokens: readonly string[], at: number, depth: number): Term {
  return readChain(tokens, at, ADDITIVE, (start) =>
    readChain(tokens, start, MULTIPLICATIVE, (inner) => readFactor(tokens, inner, depth)),
  );
}

function readChain(
  tokens: readonly string[],
  at: number,
  operators: Readonly<Record<string, Binary>>,
  operand: (at: number) => Term,
): Term {
  let left = operand(at);
  while (left !== undefined) {
    const operator = readOperator(tokens, left.end);
    const combine = operator && operators[operator.value];
    const right = combine && operand(operator.end);
    if (right === undefined) return left;
    left = { value: combine!(left.value, right.value), end: right.end };
  }
  return left;
}

function readOperator(tokens: readonly string[], at: number): Reading<string> | undefined {
  const synonym = SYNONYMS.find(([, ...words]) =>
    words.every((word, index) => tokens[at + index] === word),
  );
  return synonym && { value: synonym[0], end: at + synonym.length - 1 };
}

function readFactor(tokens: readonly string[], at: number, depth: number): Term {
  if (depth > MAX_DEPTH) return undefined;
  const operand = (start: number): Term => readFactor(tokens, start, depth + 1);
  for (const [name, apply] of PREFIXES) {
    const words = name.split(' ');
    if (!words.every((word, index) => tokens[at + index] === word)) continue;
    const of = operand(at + words.length);
    return of && { value: apply(of.value), end: of.end };
  }
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
  left: Reading<Calculation>,
  operand: (at: number) => Term,
): Term {
  const { value, end } = left;
  const word = tokens[end];
  if (word === 'squared')
    return { value: power(value, 2, suffixed(value, 'squared')), end: end + 1 };
  if (word === 'cubed') return { value: power(value, 3, suffixed(value, 'cubed')), end: end + 1 };
  if (word === 'percent' && tokens[end + 1] === 'of') {
    const of = operand(end + 2);
    return (
      of && {
        value: combined(value, 'percent of', of.value, (value.value * of.value.value) / 100),
        end: of.end,
      }
    );
  }
  if (tokens.slice(end, end + 3).join(' ') !== 'to power of') return undefined;
  const exponent = operand(end + 3);
  return (
    exponent && {
      value: power(value, exponent.value.value, joined(value, 'to the power of', exponent.value)),
      end: exponent.end,
    }
  );
}

const PREFIXES: readonly (readonly [string, (of: Calculation) => Calculation])[] = [
  ['square root of', (of) => root(of, 2, 'the square root of')],
  ['cube root of', (of) => root(of, 3, 'the cube root of')],
  ['half of', (of) => ({ ...of, value: of.value / 2, words: prefixed('half of', of) })],
  ['double', (of) => ({ ...of, value: of.value * 2, words: prefixed('double', of) })],
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
  return (
    number && { value: { value: number.value, words: sayable(number.value) }, end: number.end }
  );
}

function sayable(value: number): string {
  return Math.abs(value) < 1e15 ? numberToWords(value) : 'that number';
}

function joined(left: Calculation, operator: string, right: Calculation): string | undefined {
  return left.words === undefined || right.words === undefined
    ? undefined
    : `${left.words} ${operator} ${right.words}`;
}

function prefixed(name: string, { words }: Calculation): string | undefined {
  return words === undefined ? undefined : `${name} ${words}`;
}

function suffixed({ words }: Calculation, name: string): string | undefined {
  return words === undefined ? undefined : `${words} ${name}`;
}

/** What went wrong inside stays wrong outside. */
function combined(
  left: Calculation,
  operator: string,
  right: Calculation,
  value: number,
): Calculation {
  const impossible = left.impossible ?? right.impossible;
  return { value, words: joined(left, operator, right), ...(impossible && { impossible }) };
}

function divide(left: Calculation, right: Calculation): Calculation {
  const quotient = combined(left, 'divided by', right, left.value / right.value);
  return right.value === 0 ? { ...quotient, impossible: 'division_by_zero' } : quotient;
}

function power(base: Calculation, exponent: number, words: string | undefined): Calculation {
  const value = base.value ** exponent;
  if (base.value === 0 && exponent < 0) return { value, words, impossible: 'division_by_zero' };
  return Number.isNaN(value)
    ? { value, words, impossible: 'negative_root' }
    : { ...base, value, words };
}

function root(of: Calculation, degree: 2 | 3, name: string): Calculation {
  const words = prefixed(name, of);
  if (degree === 3) return { ...of, value: Math.cbrt(of.value), words };
  return of.value < 0
    ? { ...of, value: Number.NaN, words, impossible: 'negative_root' }
    : { ...of, value: Math.sqrt(of.value), words };
}

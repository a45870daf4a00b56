import { MONTH_NAMES, WEEKDAY_NAMES } from './calendar-date.ts';
import { ordinalToWords, SMALL_VALUES, TENS_VALUES } from './number-words.ts';
import { FEAST_NAMES } from './slots/date.ts';
import type { Reading } from './slot.ts';
import { readNumber } from './slots/number.ts';
import { SPOKEN_PLACE_NAMES } from './slots/place.ts';
import { capitalised } from './wording.ts';

/**
 * Words for the ear, written for the eye: "two thirty nine" is 2:39. What is said and what is heard
 * is in words, because phrases and recogniser know no others; it is written where it is shown.
 */

/** What the recogniser hears that is written with capitals, as it is written. */
const NAMES = [
  ...SPOKEN_PLACE_NAMES,
  ...MONTH_NAMES,
  ...WEEKDAY_NAMES,
  ...FEAST_NAMES,
  ...['Celsius', 'Fahrenheit', 'Parley', 'I'],
];

const WRITTEN = new Map(NAMES.map((name) => [name.toLowerCase(), name]));
/** Of two that begin alike the longer is meant: "christmas eve". In "what may I ask", May is none. */
const NAME = new RegExp(
  String.raw`\b(?!may i\b)(?:${[...WRITTEN.keys()].toSorted((a, b) => b.length - a.length).join('|')})\b`,
  'g',
);
const QUESTION =
  /^(?:what|which|who|when|where|why|how|is|are|do|does|did|can|could|will|would)\b/i;

/**
 * The words of the recogniser, which are all small, as people write them.
 *
 * @param isWhole - nothing follows, and no number is in doubt: with figures, and a question's mark
 */
export function asWritten(words: string, isWhole: boolean): string {
  const named = capitalised(words.replace(NAME, (name) => WRITTEN.get(name) ?? name));
  if (!isWhole) return named;
  return inFigures(QUESTION.test(named) ? `${named}?` : named);
}

const DAYS = new Map(Array.from({ length: 31 }, (_, day) => [ordinalToWords(day + 1), day + 1]));
/** "Twenty second" before "twenty". */
const DATE = new RegExp(
  `\\b(${MONTH_NAMES.join('|')}) (${[...DAYS.keys()].toReversed().join('|')})\\b`,
  'g',
);

/**
 * Times, dates, years and numbers in figures. Small numbers that count no unit stay words, unless
 * others beside them are figures.
 */
export function inFigures(words: string): string {
  return words
    .replaceAll(DATE, (_, month: string, day: string) => `${month} ${DAYS.get(day)}`)
    .replaceAll(/\b(?:celsius|fahrenheit)\b/g, capitalised)
    .split(/(?<=[.,;:?!]) /)
    .map(clauseInFigures)
    .join(' ');
}

/** A word, or the figure for several. */
interface Piece {
  readonly written: string;
  /** The position behind its words. */
  readonly end: number;
  /** A figure, whatever else stands in the clause. */
  readonly isSure: boolean;
}

function clauseInFigures(clause: string): string {
  const [, said = '', mark = ''] = /^(.*?)([.,;:?!]*)$/s.exec(clause) ?? [];
  const shown = said.split(' ');
  const words = said.toLowerCase().split(' ');
  const pieces: Piece[] = [];
  for (let at = 0; at < words.length; at = pieces.at(-1)!.end)
    pieces.push(figureAt(words, at) ?? { written: shown[at]!, end: at + 1, isSure: false });
  if (!pieces.some(({ isSure }) => isSure)) return clause;
  return pieces.map(({ written }) => written).join(' ') + mark;
}

const UNIT =
  /^(?:(?:milli|centi|kilo)?(?:meter|gram|liter)|second|minute|hour|day|week|month|year|percent|degree|mile|foot|feet|inch|inche|yard|ounce|pound|ton|gallon|quart|pint|cup|dollar|euro|cent|celsius|fahrenheit|o'clock)s?$/;
const HALF_OF_DAY = /^[ap]\.m\.?$/;
const OPERATOR = /^(?:plus|minus|times|divided|squared|cubed)$/;
/** "Which one" is no figure. */
const BEFORE_ONE = /^(?:plus|minus|times|by|of|is|makes|about)$/;
/** "Two thirds", "twenty fifth". */
const PART =
  /^(?:first|second of|(?:half|third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth)s?|halves)\b/;

function figureAt(words: readonly string[], at: number): Piece | undefined {
  const [before = '', first = ''] = [words[at - 1], words[at]];
  if (!isNumber(first) && (first !== 'minus' || isNumber(before))) return undefined;
  const [number] = readNumber(words, at);
  if (number === undefined || PART.test(words.slice(number.end).join(' '))) return undefined;
  const { value, end } = number;
  const next = words[end] ?? '';
  const second = end === at + 1 && value >= 1 && value <= 20 ? secondHalf(words, end) : undefined;
  if (second !== undefined && (value > 12 || second.value < 60)) {
    const digits = String(second.value).padStart(2, '0');
    const written = value > 12 ? `${value}${digits}` : `${value}:${digits}`;
    return { written, end: second.end, isSure: true };
  }
  const counts = UNIT.test(next) || HALF_OF_DAY.test(next) || OPERATOR.test(next);
  if (first === 'one' && end === at + 1 && !counts && !BEFORE_ONE.test(before)) return undefined;
  const isSmall = value >= 0 && value < 10 && Number.isInteger(value);
  // "Born in 2005" is a year.
  const mayBeYear = value > 2000 && value < 2010 && (before === 'in' || before === '');
  const written = value.toLocaleString('en-US', {
    useGrouping: !mayBeYear,
    maximumFractionDigits: 6,
  });
  return { written, end, isSure: counts || !isSmall || OPERATOR.test(before) };
}

/** Of a time or a year: `oh five`, `thirty nine`; not what is counted: "ten thirty minute timers". */
function secondHalf(words: readonly string[], at: number): Reading<number> | undefined {
  const isZero = words[at] === 'oh';
  const [half] = readNumber(words, isZero ? at + 1 : at);
  const [least, most] = isZero ? [1, 9] : [10, 99];
  if (half === undefined || !Number.isInteger(half.value)) return undefined;
  if (half.value < least || half.value > most || UNIT.test(words[half.end] ?? '')) return undefined;
  return half;
}

function isNumber(word: string): boolean {
  return SMALL_VALUES.has(word) || TENS_VALUES.has(word);
}

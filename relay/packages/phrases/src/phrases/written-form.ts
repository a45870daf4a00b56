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

/** The words of the recogniser, which are all small, with capitals. */
export function withCapitals(words: string): string {
  return capitalised(words.replace(NAME, (name) => WRITTEN.get(name) ?? name));
}

/** A whole sentence of the recogniser as people write it. */
export function asSentence(words: string): string {
  return inFigures(withCapitals(words)) + (QUESTION.test(words) ? '?' : '');
}

const DAYS = new Map(Array.from({ length: 31 }, (_, day) => [ordinalToWords(day + 1), day + 1]));
/** "Twenty second" before "twenty". */
const DATE = new RegExp(
  `\\b(${MONTH_NAMES.join('|')}) (${[...DAYS.keys()].toReversed().join('|')})\\b`,
  'g',
);

/** Times, dates, years and numbers in figures; "one" only beside others. */
export function inFigures(words: string): string {
  return words
    .replaceAll(DATE, (_, month: string, day: string) => `${month} ${DAYS.get(day)}`)
    .replaceAll(/\b(?:celsius|fahrenheit)\b/g, capitalised)
    .split(/(?<=[.,;:?!]) /)
    .map(clauseInFigures)
    .join(' ');
}

function clauseInFigures(clause: string): string {
  const [, said = '', mark = ''] = /^(.*?)([.,;:?!]*)$/s.exec(clause) ?? [];
  const written = said.split(' ');
  const words = said.toLowerCase().split(' ');
  let hasOthers = false;
  for (let at = 0; at < words.length; at += 1) {
    const figure = figureAt(words, at);
    if (figure === undefined) continue;
    hasOthers ||= figure.value !== '1';
    written.fill('', at, figure.end)[at] = figure.value;
    at = figure.end - 1;
  }
  return hasOthers ? written.filter(Boolean).join(' ') + mark : clause;
}

/** "Two thirds", "twenty fifth", but not "thirty seconds". */
const PART =
  /^(?:first|second of|(?:half|third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth)s?|halves)\b/;

const NAMES_ONE = /^(?:another|which|this|that) one$/;

function figureAt(words: readonly string[], at: number): Reading<string> | undefined {
  const [before = '', first = ''] = [words[at - 1], words[at]];
  const isSign = first === 'minus' && !isNumber(before);
  if (!isSign && (!isNumber(first) || NAMES_ONE.test(`${before} ${first}`))) return undefined;
  const [number] = readNumber(words, at);
  if (number === undefined || PART.test(words.slice(number.end).join(' '))) return undefined;
  const { value, end } = number;
  const isFirst = end === at + 1 && value >= 1 && value <= 20 && !isNumber(before);
  const half = isFirst ? secondHalf(words, end) : undefined;
  if (half !== undefined && (value > 12 || half.value < 60)) {
    const digits = String(half.value).padStart(2, '0');
    return { value: `${value}${value > 12 ? '' : ':'}${digits}`, end: half.end };
  }
  // A year is none with a comma, and a voice says other numbers without one as years.
  const useGrouping = value < 2001 || value > 2009;
  return { value: value.toLocaleString('en-US', { useGrouping, maximumFractionDigits: 6 }), end };
}

/** Of a time or a year: `oh five`, `thirty nine`; not of a sum: "add nineteen seventeen and ten". */
function secondHalf(words: readonly string[], at: number): Reading<number> | undefined {
  const isZero = words[at] === 'oh';
  const [half] = readNumber(words, isZero ? at + 1 : at);
  const [least, most] = isZero ? [1, 9] : [10, 99];
  if (half === undefined || half.value < least || half.value > most) return undefined;
  const next = words[half.end] ?? '';
  return next === 'and' || isNumber(next) ? undefined : half;
}

function isNumber(word: string): boolean {
  return SMALL_VALUES.has(word) || TENS_VALUES.has(word);
}

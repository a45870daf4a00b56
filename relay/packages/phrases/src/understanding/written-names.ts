import { MONTH_NAMES, WEEKDAY_NAMES } from '../phrases/calendar-date.ts';
import { FEAST_NAMES } from '../phrases/slots/date.ts';
import { SPOKEN_PLACE_NAMES } from '../phrases/slots/place.ts';

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

/** The words of the recogniser, which are all small, with the names in them as they are written. */
export function withNames(words: string): string {
  return words.replace(NAME, (name) => WRITTEN.get(name) ?? name);
}

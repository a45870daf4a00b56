import { DIGIT_WORDS, numberToWords, ordinalToWords } from '@parley/phrases/phrases/number-words';

/** Symbols of units as they stand behind a number: what is said for one, and for several. */
const UNITS: Readonly<Record<string, readonly [one: string, several: string]>> = {
  mg: ['milligram', 'milligrams'],
  g: ['gram', 'grams'],
  kg: ['kilogram', 'kilograms'],
  lb: ['pound', 'pounds'],
  lbs: ['pound', 'pounds'],
  oz: ['ounce', 'ounces'],
  mm: ['millimeter', 'millimeters'],
  cm: ['centimeter', 'centimeters'],
  m: ['meter', 'meters'],
  km: ['kilometer', 'kilometers'],
  ft: ['foot', 'feet'],
  mi: ['mile', 'miles'],
  ml: ['milliliter', 'milliliters'],
  mL: ['milliliter', 'milliliters'],
  l: ['liter', 'liters'],
  L: ['liter', 'liters'],
  'm²': ['square meter', 'square meters'],
  'km²': ['square kilometer', 'square kilometers'],
  'm³': ['cubic meter', 'cubic meters'],
  ms: ['millisecond', 'milliseconds'],
  sec: ['second', 'seconds'],
  min: ['minute', 'minutes'],
  h: ['hour', 'hours'],
  hr: ['hour', 'hours'],
  hrs: ['hour', 'hours'],
  mph: ['mile per hour', 'miles per hour'],
  'km/h': ['kilometer per hour', 'kilometers per hour'],
  'm/s': ['meter per second', 'meters per second'],
  Hz: ['hertz', 'hertz'],
  kHz: ['kilohertz', 'kilohertz'],
  MHz: ['megahertz', 'megahertz'],
  GHz: ['gigahertz', 'gigahertz'],
  W: ['watt', 'watts'],
  kW: ['kilowatt', 'kilowatts'],
  kWh: ['kilowatt hour', 'kilowatt hours'],
  kB: ['kilobyte', 'kilobytes'],
  KB: ['kilobyte', 'kilobytes'],
  MB: ['megabyte', 'megabytes'],
  GB: ['gigabyte', 'gigabytes'],
  TB: ['terabyte', 'terabytes'],
};

/** An alternative of a regular expression; of symbols that begin alike, the longest first. */
const UNIT_SYMBOLS = Object.keys(UNITS)
  .toSorted((a, b) => b.length - a.length)
  .join('|');

/**
 * Rewrites what is written into what is said, as far as the voice does not do so by itself, and
 * leaves only characters it can say: printable ASCII on one line.
 */

type Rule = readonly [pattern: RegExp, said: string | ((...groups: string[]) => string)];

const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
const CURRENCIES: Readonly<Record<string, string>> = { $: 'dollar', '€': 'euro', '£': 'pound' };
/** Other slashes between numbers divide. */
const FRACTIONS: Readonly<Record<string, string>> = {
  '1/2': 'half',
  '1/3': 'one third',
  '2/3': 'two thirds',
  '1/4': 'one quarter',
  '3/4': 'three quarters',
};

const ABBREVIATIONS: readonly Rule[] = [
  [/\be\. ?g\.,?/g, 'for example'],
  [/\bi\. ?e\.,?/g, 'that is'],
  [/\betc\b/g, 'et cetera'],
  [/\bvs\b\.?/g, 'versus'],
  [/\bapprox\b\.?/g, 'approximately'],
  [/\bMr\b\.?/g, 'mister'],
  [/\bMrs\b\.?/g, 'missus'],
  [/\bMs\b\.?(?= \p{Lu})/gu, 'miz'],
  [/\bDr\b\.?(?= \p{Lu})/gu, 'doctor'],
  [/\bProf\b\.?(?= \p{Lu})/gu, 'professor'],
  [/\bSt\b\.?(?= \p{Lu})/gu, 'saint'],
  [/\bMt\b\.?(?= \p{Lu})/gu, 'mount'],
  [/\bN[or]\. ?(?=\d)/g, 'number '],
];

const RULES: readonly Rule[] = [
  [/[‘’ʼ]/g, "'"],
  [/[“”„«»]/g, '"'],
  [/…/g, '. '],
  // A range, before a dash becomes a pause.
  [/(?<=\d)–(?=\d)/g, ' to '],
  [/\s*[–—]\s*/g, ', '],
  [
    /\b(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\b/g,
    (_all, year = '', month = '', day = '') =>
      `${MONTHS[Number(month) - 1]} ${ordinalToWords(Number(day))}, ${year}`,
  ],
  // Letters of their own: "am" would be the word.
  [
    /(?<=\d) ?([ap])\.? ?m\b(?:\.(?=\s\p{Ll}|[,;:?!]))?/giu,
    (_all, half = '') => ` ${half.toUpperCase()} M`,
  ],
  // 10:05 is "ten oh five", 10:00 "ten o'clock".
  [
    /\b([01]?\d|2[0-4]):([0-5]\d)\b(?!:)/g,
    (_all, hours = '', minutes = '') => timeOfDay(hours, minutes),
  ],
  [
    new RegExp(`(?<![\\w.,])(\\d+(?:\\.\\d+)?) ?(${UNIT_SYMBOLS})(?![\\w/]|\\.\\w)`, 'g'),
    (_all, count = '', symbol = '') => `${count} ${spokenUnit(symbol, count === '1')}`,
  ],
  ...ABBREVIATIONS,
  [
    /\b\d{1,3}(?:,\d{3}){1,4}\b(?![.,]\d)/g,
    (all) => numberToWords(Number(all.replaceAll(',', ''))),
  ],
  [/#(?=\d)/g, 'number '],
  [/°\s*C\b/g, ' degrees celsius'],
  [/°\s*F\b/g, ' degrees fahrenheit'],
  [/°/g, ' degrees'],
  [/%/g, ' percent'],
  [/(\d)\s*[x×*]\s*(?=\d)/g, '$1 times '],
  [/×/g, ' times '],
  [
    /(?<![\d/.,])(\d+ )?(1\/[234]|2\/3|3\/4)(?![\d/]|[.,]\d)(?= \p{L})/gu,
    (_all, whole = '', fraction = '') => fractionOf(whole, fraction),
  ],
  [/÷|(?<=\d)\s*\/\s*(?=\d)/g, ' divided by '],
  [/(?<=\d)\s*\+\s*(?=\d)/g, ' plus '],
  [/(?<=\d)\s+-\s+(?=\d)/g, ' minus '],
  [/(?<![\w.)])[-−](?=\d)/g, 'minus '],
  [/−/g, ' minus '],
  [/\s*=\s*/g, ' equals '],
  [/√\s*/g, ' the square root of '],
  [/²/g, ' squared'],
  [/³/g, ' cubed'],
  [/(?<=\d) ?½/g, ' and a half'],
  [/½/g, ' one half'],
  [/¼/g, ' one quarter'],
  [/¾/g, ' three quarters'],
  [/≈/g, ' about '],
  [/≤/g, ' at most '],
  [/≥/g, ' at least '],
  [/±/g, ' plus or minus '],
  [/([$€£]) ?1(?![\d.,]\d|\d)/g, (_all, sign = '') => `1 ${CURRENCIES[sign]}`],
  [
    /([$€£]) ?(\d+)\.(\d\d)(?!\d|[.,]\d)/g,
    (_all, sign = '', whole = '', part = '') => sumOfMoney(sign, whole, part),
  ],
  [/\$ ?(\d+(?:\.\d+)?)/g, '$1 dollars'],
  [/€\s*(\d+(?:[.,]\d+)*)/g, '$1 euros'],
  [/£\s*(\d+(?:[.,]\d+)*)/g, '$1 pounds'],
  [/€/g, ' euros'],
  [/£/g, ' pounds'],
  [/\s*&\s*/g, ' and '],
  [/\bkm\/h\b/g, 'kilometers per hour'],
  [/\bm\/s\b/g, 'meters per second'],
  [/(?<=\w)@(?=\w)/g, ' at '],
  [/(?<=\w)\.(?=(?:com|org|net|io|dev)\b)/g, ' dot '],
  // Markdown and brackets are for the eye.
  [/[*_`#~^|\\<>[\]{}]+/g, ' '],
  // A slash on its own would be read out.
  [/(?<=\w)\s*\/\s*(?=\w)/g, ' or '],
];

/** What there is to say, or an empty string if a voice could say nothing of it. */
export function toSpokenText(text: string): string {
  // First of all, so that no rule meets a long run of space, over which several would go quadratic.
  let spoken = text.replaceAll(/\s+/g, ' ');
  for (const [pattern, said] of RULES) {
    spoken =
      typeof said === 'string'
        ? spoken.replaceAll(pattern, said)
        : spoken.replaceAll(pattern, said);
  }
  spoken = spoken
    // "é" becomes "e" and an accent, which the next step drops along with all that is not ASCII.
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .replaceAll(/\s+([,.;:?!])/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return /[a-z0-9]/i.test(spoken) ? spoken : '';
}

/** `1/2 cup` is "half a cup", `2 1/2 cups` are "2 and a half cups". */
function fractionOf(whole: string, fraction: string): string {
  const said = FRACTIONS[fraction]!;
  if (fraction === '1/2') return whole === '' ? 'half a' : `${whole}and a half`;
  return whole === '' ? `${said} of a` : `${whole}and ${said}`;
}

function sumOfMoney(sign: string, whole: string, part: string): string {
  const currency = CURRENCIES[sign]!;
  const main = `${whole} ${currency}${whole === '1' ? '' : 's'}`;
  const small = String(Number(part));
  const cent =
    sign === '£' ? (small === '1' ? 'penny' : 'pence') : `cent${small === '1' ? '' : 's'}`;
  if (small === '0') return main;
  return whole === '0' ? `${small} ${cent}` : `${main} and ${small} ${cent}`;
}

function timeOfDay(hours: string, minutes: string): string {
  const hour = String(Number(hours));
  if (minutes === '00') return `${hour} o'clock`;
  if (minutes.startsWith('0')) return `${hour} oh ${DIGIT_WORDS[Number(minutes)]}`;
  return `${hour} ${minutes}`;
}

/** @throws TypeError if it is not one of `UNIT_SYMBOLS` */
function spokenUnit(symbol: string, isOne: boolean): string {
  const [one, several] = UNITS[symbol]!;
  return isOne ? one : several;
}

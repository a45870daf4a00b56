import { DIGIT_WORDS } from '../../phrases/number-words.ts';

/**
 * Rewrites what is written into what is said, as far as the voice does not do so by itself, and
 * leaves only characters it can say: printable ASCII on one line.
 */

type Rule = readonly [pattern: RegExp, said: string | ((...groups: string[]) => string)];

const RULES: readonly Rule[] = [
  [/[‘’ʼ]/g, "'"],
  [/[“”„«»]/g, '"'],
  [/…/g, '. '],
  [/\s*[–—]\s*/g, ', '],
  // 10:05 is "ten oh five", 10:00 "ten o'clock".
  [
    /\b([01]?\d|2[0-4]):([0-5]\d)\b(?!:)/g,
    (_all, hours = '', minutes = '') => timeOfDay(hours, minutes),
  ],
  [/°\s*C\b/g, ' degrees celsius'],
  [/°\s*F\b/g, ' degrees fahrenheit'],
  [/°/g, ' degrees'],
  [/%/g, ' percent'],
  [/(\d)\s*[x×*]\s*(?=\d)/g, '$1 times '],
  [/×/g, ' times '],
  [/÷|(?<=\d)\s*\/\s*(?=\d)/g, ' divided by '],
  [/(?<=\d)\s*\+\s*(?=\d)/g, ' plus '],
  [/(?<=\d)\s+-\s+(?=\d)/g, ' minus '],
  [/(?<![\w.)])[-−](?=\d)/g, 'minus '],
  [/−/g, ' minus '],
  [/\s*=\s*/g, ' equals '],
  [/√\s*/g, ' the square root of '],
  [/²/g, ' squared'],
  [/³/g, ' cubed'],
  [/½/g, ' one half'],
  [/€\s*(\d+(?:[.,]\d+)*)/g, '$1 euros'],
  [/£\s*(\d+(?:[.,]\d+)*)/g, '$1 pounds'],
  [/€/g, ' euros'],
  [/£/g, ' pounds'],
  [/\s*&\s*/g, ' and '],
  [/\bkm\/h\b/g, 'kilometers per hour'],
  [/\bm\/s\b/g, 'meters per second'],
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

function timeOfDay(hours: string, minutes: string): string {
  const hour = String(Number(hours));
  if (minutes === '00') return `${hour} o'clock`;
  if (minutes.startsWith('0')) return `${hour} oh ${DIGIT_WORDS[Number(minutes)]}`;
  return `${hour} ${minutes}`;
}

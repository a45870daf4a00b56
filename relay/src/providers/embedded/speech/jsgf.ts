import type { SpeechGrammar } from '../grammar.ts';

/** The phones of the acoustic model, in ARPAbet. */
const PHONES =
  'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH'.split(
    ' ',
  );

/** No English word begins so; each phone becomes a word of its own behind it. */
const REJECT_PREFIX = 'xx';

const DEFAULT_REJECT_WEIGHT = 0.5;

export type DictionaryEntry = readonly [word: string, pronunciation: string];

/** One pseudo-word for each phone: a loop over them can follow any speech at all. */
export const REJECT_WORDS: readonly DictionaryEntry[] = PHONES.map((phone) => [
  `${REJECT_PREFIX}${phone.toLowerCase()}`,
  phone,
]);

/**
 * The whole grammar: what can be understood beside a loop over all phones, so that speech which
 * fits no sentence is refused rather than forced into one.
 */
export function toJsgf({
  rules,
  utterance,
  rejectWeight = DEFAULT_REJECT_WEIGHT,
}: SpeechGrammar): string {
  const phones = REJECT_WORDS.map(([word]) => word).join(' | ');
  return [
    '#JSGF V1.0;',
    'grammar parley;',
    `public <parley_top> = /${1 - rejectWeight}/ <${utterance}> | /${rejectWeight}/ <parley_reject>;`,
    `<parley_reject> = (${phones})+;`,
    rules,
  ].join('\n');
}

/** Every word that JSGF rules can produce, each once, in order of appearance. */
export function wordsOf(rules: string): string[] {
  const terminals = rules
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ')
    // Tags, rule names on the left and right, weights, and the grammar's own signs.
    .replaceAll(/\{[^}]*\}|<[^>]*>|\/[\d.eE+-]+\/|\bpublic\b(?=\s*<)|[=|;()[\]*+"]/g, ' ');
  return [...new Set(terminals.split(/\s+/).filter((word) => word !== ''))];
}

/** The dictionary names further pronunciations of a word `word(2)`, `word(3)` and so on. */
export function pronunciationEntries(
  pronunciations: SpeechGrammar['pronunciations'],
): DictionaryEntry[] {
  return Object.entries(pronunciations).flatMap(([word, variants]) =>
    variants.map((variant, index): DictionaryEntry => [
      index === 0 ? word : `${word}(${index + 1})`,
      variant,
    ]),
  );
}

export type Hypothesis =
  | { readonly kind: 'words'; readonly text: string }
  /** Speech, or noise, that fits no sentence. */
  | { readonly kind: 'rejected' }
  | { readonly kind: 'nothing' };

/** Tells the branches of the grammar apart in the recogniser's text. */
export function readHypothesis(text: string): Hypothesis {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return { kind: 'nothing' };
  if (words.some((word) => word.startsWith(REJECT_PREFIX))) return { kind: 'rejected' };
  return { kind: 'words', text: words.map((word) => word.replace(/\(\d+\)$/, '')).join(' ') };
}

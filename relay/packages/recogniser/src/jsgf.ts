import type { SpeechGrammar } from './grammar.ts';
import { withoutComments } from './jsgf-parser.ts';

/** The phones of the acoustic model, in ARPAbet. */
const PHONES =
  'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH'.split(
    ' ',
  );

/** English words do not begin like this; behind it each phone becomes a word of its own. */
const REJECT_PREFIX = 'xx';

const DEFAULT_REJECT_WEIGHT = 0.5;

export type DictionaryEntry = readonly [word: string, pronunciation: string];

/** One pseudo-word for each phone: a loop over them can follow any speech at all. */
export const REJECT_WORDS: readonly DictionaryEntry[] = PHONES.map((phone) => [
  `${REJECT_PREFIX}${phone.toLowerCase()}`,
  phone,
]);

/** The rule that matches an utterance in what `withReject` returns. */
export const TOP_RULE = 'parley_top';

/**
 * The rules of the whole grammar: what can be understood beside a loop over all phones, so that
 * speech which fits no sentence is refused rather than forced into one.
 */
export function withReject({
  rules,
  utterance,
  rejectWeight = DEFAULT_REJECT_WEIGHT,
}: SpeechGrammar): string {
  const phones = REJECT_WORDS.map(([word]) => word).join(' | ');
  return [
    `<${TOP_RULE}> = ${weight(1 - rejectWeight)} <${utterance}> | ${weight(rejectWeight)} <parley_reject>;`,
    `<parley_reject> = (${phones})+;`,
    rules,
  ].join('\n');
}

/** JSGF knows no exponents, and weights worth trying go far below what is printed without one. */
function weight(prior: number): string {
  return `/${prior.toFixed(20)}/`;
}

/** Rules that are referred to but not defined; the recogniser would take them for silence. */
export function missingRules({ rules, utterance }: SpeechGrammar): string[] {
  const text = withoutComments(rules);
  const defined = new Set([
    'NULL',
    'VOID',
    ...[...text.matchAll(/<([^>]*)>\s*=/g)].map(([, name]) => name),
  ]);
  const named = [utterance, ...[...text.matchAll(/<([^>]*)>/g)].map(([, name]) => name ?? '')];
  return [...new Set(named)].filter((name) => !defined.has(name));
}

/** Every word that JSGF rules can produce, each once, in order of appearance. */
export function wordsOf(rules: string): string[] {
  const terminals = withoutComments(rules)
    // Tags, rule names on the left and right, weights, and the grammar's own signs.
    .replaceAll(/\{[^}]*\}|<[^>]*>|\/[\d.eE+-]+\/|\bpublic\b(?=\s*<)|[=|;()[\]*+"]/g, ' ');
  return [...new Set(terminals.split(/\s+/).filter((word) => word !== ''))];
}

/**
 * Names each pronunciation as the dictionary names variants: `word`, `word(2)`, `word(3)`, behind
 * those that `isKnown` says are taken.
 */
export function pronunciationEntries(
  pronunciations: SpeechGrammar['pronunciations'],
  isKnown: (name: string) => boolean,
): DictionaryEntry[] {
  return Object.entries(pronunciations).flatMap(([word, variants]) => {
    let number = 1;
    const name = (): string => (number === 1 ? word : `${word}(${number})`);
    while (isKnown(name())) number += 1;
    return variants.map((variant): DictionaryEntry => {
      const entry = [name(), variant] as const;
      number += 1;
      return entry;
    });
  });
}

export type Hypothesis =
  | { readonly kind: 'words'; readonly text: string }
  /** Speech, or noise, that fits no sentence. */
  | { readonly kind: 'rejected' }
  | { readonly kind: 'nothing' };

/** Which branch of the grammar the recogniser's text comes from. */
export function readHypothesis(text: string): Hypothesis {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return { kind: 'nothing' };
  if (words.some((word) => word.startsWith(REJECT_PREFIX))) return { kind: 'rejected' };
  return { kind: 'words', text: words.map((word) => word.replace(/\(\d+\)$/, '')).join(' ') };
}

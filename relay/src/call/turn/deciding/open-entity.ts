import { questionIn, toWords, type AskedQuestion } from './word-features.ts';

/** How likely it is that a dictated number, address, spelling or list is whole, 0–1. */
export interface Entity {
  readonly probability: number;
  readonly isOpen: boolean;
}

const open = (probability: number): Entity => ({ probability, isOpen: true });
const WHOLE: Entity = { probability: 0.92, isOpen: false };

const DIGITS = new Set('zero oh one two three four five six seven eight nine'.split(' '));
const REPEATS: Readonly<Record<string, number>> = { double: 2, triple: 3 };
/** Digits of a telephone number: with its area, and without. */
const LONG_NUMBER = 10;
const SHORT_NUMBER = 7;

const NUMBER_IS_ASKED = /\b(?:number|code|pin|postcode|digits|reference|reach you|call you)\b/i;
const NUMBER_IS_TOLD =
  /\b(?:number|code|pin|postcode|reference|phone|mobile|reach me|call me|account|card|serial|id)\b/i;
const MAIL_IS_ASKED = /\be-?mail\b/i;
const MAIL_IS_TOLD =
  /\b(?:e-?mail|mail) (?:address )?is\b|\b(?:e-?mail|write) (?:me|it|that|to|us) (?:at|to)\b/i;
/** What an address ends with, as it is spoken. */
const DOMAIN_END =
  /(?:\bdot |\.)(?:com|org|net|edu|gov|info|io|dev|de|fr|es|it|nl|eu|uk|us|ca|ch|at)$/i;

/**
 * Recognises what people dictate in pieces, with pauses at which no sentence would have ended.
 *
 * @param words - in English, or with digits
 * @returns undefined if nothing is dictated
 */
export function entityIn(words: string, lastReply: string | undefined): Entity | undefined {
  const said = words
    .trim()
    .replace(/[.,!?…;:-]+$/u, '')
    .trimEnd();
  const tokens = toWords(said);
  if (tokens.length === 0) return undefined;
  const asked = questionIn(lastReply);
  const question = asked.kind === 'none' ? '' : lastReply!;
  return (
    mail(said, tokens, question) ??
    spelling(tokens, asked) ??
    number(said, tokens, question) ??
    list(words.trim())
  );
}

function mail(said: string, tokens: readonly string[], question: string): Entity | undefined {
  const isMail =
    MAIL_IS_ASKED.test(question) || MAIL_IS_TOLD.test(said) || /\S@|\bat \S+ dot\b/.test(said);
  if (!isMail) return undefined;
  if (DOMAIN_END.test(said)) return /\bat\b|@/.test(said) ? WHOLE : undefined;
  // "I don't have one" is not an address; one that was begun lacks its ending.
  const hasBegun = /\b(?:at|dot|underscore|dash)\b|[@._]/.test(said) || MAIL_IS_TOLD.test(said);
  return hasBegun || tokens.length === 1 ? open(0.08) : undefined;
}

function spelling(tokens: readonly string[], asked: AskedQuestion): Entity | undefined {
  if (/^(?:spelled|spelt)$/.test(tokens.at(-1)!)) return open(0.08);
  let letters = '';
  let from = tokens.length;
  for (; from > 0; from -= 1) {
    const token = tokens[from - 1]!;
    if (!/^\p{L}$/u.test(token)) break;
    letters = token + letters;
  }
  // "I", "a" and "plan b" are words.
  if (letters.length < 2 && !(letters.length === 1 && asked.kind === 'spelling')) return undefined;
  if (letters === 'i' || letters === 'a') return undefined;
  const before = tokens.slice(0, from);
  if (before.includes(letters)) return WHOLE;
  return open(letters.length < 3 ? 0.15 : 0.3);
}

function number(said: string, tokens: readonly string[], question: string): Entity | undefined {
  let digits = 0;
  let groups = 0;
  for (let at = tokens.length - 1; at >= 0; at -= 1) {
    const token = tokens[at]!;
    if (DIGITS.has(token)) digits += REPEATS[tokens[at - 1] ?? ''] ?? 1;
    else if (/^\p{N}+$/u.test(token)) digits += token.length;
    else if (REPEATS[token] === undefined) break;
    groups += 1;
  }
  const isDictated = NUMBER_IS_ASKED.test(question) || NUMBER_IS_TOLD.test(said);
  const endsInRepeat = REPEATS[tokens.at(-1)!] !== undefined && digits > 0;
  if (groups === 0) {
    return /\b(?:number|code|pin|reference) is$/i.test(said) ? open(0.06) : undefined;
  }
  // "Five" may be anything, "five five" is part of a number.
  if (!isDictated && groups < 3) return undefined;
  if (endsInRepeat) return open(0.05);
  if (digits >= LONG_NUMBER) return { probability: 0.85, isOpen: false };
  if (digits === SHORT_NUMBER) return open(0.4);
  return open(digits < 4 ? 0.08 : 0.2);
}

/** Needs a recogniser that writes commas: "eggs, milk" lacks its "and". */
function list(words: string): Entity | undefined {
  const parts = words.replace(/[.!?]+$/, '').split(',');
  // "Yes, please" and "well, tomorrow" have one comma too.
  if (parts.length < 3) return undefined;
  const last = toWords(parts.at(-1)!);
  const isEnumeration = parts.slice(1).every((part) => toWords(part).length <= 3);
  if (!isEnumeration || last.includes('and') || last.includes('or')) return undefined;
  return open(last.length === 0 ? 0.12 : 0.25);
}

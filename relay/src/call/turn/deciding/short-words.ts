import { INTERJECTIONS, type InterjectionLists } from './interjection-lists.ts';

/** What a person says while a reply is heard. */
export type Interjection =
  /** The person only listens, aloud. */
  | 'backchannel'
  /** The person wants silence. */
  | 'stop'
  | 'other';

export interface InterjectionContext {
  /** BCP 47. */
  readonly language: string;
  /** The assistant has just asked something: "yes" is an answer then. */
  readonly isQuestion: boolean;
}

type Kind = keyof InterjectionLists;
type Phrases = ReadonlyMap<string, Kind>;

/** Longer utterances have something to say, even if each of their words is listed. */
const MAX_WORDS = 8;
/** Words of the longest listed phrase. */
const MAX_PHRASE_WORDS = 4;

const byLanguage = new Map<string, Phrases>();

/**
 * Sorts what a person says over a reply. The words count if they are made up of listed phrases
 * alone: "okay okay stop" asks for silence, "yeah but" does not listen any more.
 *
 * @param words - as the recogniser writes them; none at all count as a backchannel
 */
export function classifyInterjection(
  words: string,
  { language, isQuestion }: InterjectionContext,
): Interjection {
  const said = wordsOf(words);
  if (said.length === 0) return 'backchannel';
  if (said.length > MAX_WORDS) return 'other';
  const kinds = kindsOf(said, phrasesOf(language));
  if (kinds === undefined) return 'other';
  if (kinds.has('stop')) return 'stop';
  // "Yes please", "no but": more is wanted than to be heard.
  if (kinds.has('beside')) return 'other';
  if (isQuestion && (kinds.has('agreement') || kinds.has('refusal'))) return 'other';
  if (kinds.has('refusal')) return 'stop';
  return 'backchannel';
}

/** Whether more words could make a listed phrase of these: "I" → "I see". */
export function beginsInterjection(words: string, language: string): boolean {
  const said = wordsOf(words).join(' ');
  if (said === '') return false;
  for (const phrase of phrasesOf(language).keys()) {
    if (phrase.startsWith(`${said} `)) return true;
  }
  return false;
}

/** @returns undefined if a part of the words is not listed */
function kindsOf(said: readonly string[], phrases: Phrases): ReadonlySet<Kind> | undefined {
  const kinds = new Set<Kind>();
  for (let at = 0; at < said.length;) {
    let length = Math.min(MAX_PHRASE_WORDS, said.length - at);
    let kind: Kind | undefined;
    for (; length > 0; length -= 1) {
      kind = phrases.get(said.slice(at, at + length).join(' '));
      if (kind !== undefined) break;
    }
    if (kind === undefined) return undefined;
    kinds.add(kind);
    at += length;
  }
  return kinds;
}

function phrasesOf(language: string): Phrases {
  const code = language.toLowerCase().split('-')[0]!;
  const own = Object.hasOwn(INTERJECTIONS, code) ? code : 'en';
  const known = byLanguage.get(own);
  if (known !== undefined) return known;
  const phrases = new Map<string, Kind>();
  // The language itself comes last, because its meaning counts.
  for (const lists of [INTERJECTIONS['en']!, INTERJECTIONS[own]!]) {
    // What also stands beside other words has a meaning of its own.
    for (const kind of ['beside', 'listening', 'agreement', 'stop', 'refusal'] as const) {
      for (const phrase of lists[kind]) phrases.set(wordsOf(phrase).join(' '), kind);
    }
  }
  byLanguage.set(own, phrases);
  return phrases;
}

/** "Uh-huh, nooo!" → uh huh no */
function wordsOf(text: string): readonly string[] {
  const plain = text.normalize('NFC').toLowerCase().replaceAll('’', "'");
  const words = plain.match(/[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}]+)*/gu) ?? [];
  return words.map((word) => word.replaceAll(/(\p{L})\1{2,}/gu, '$1'));
}

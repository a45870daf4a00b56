import { tokensOf } from '../phrases/tokens.ts';
import {
  DIGIT_WORDS,
  numberToWords,
  ordinalToWords,
  SCALE_VALUES,
  TEEN_WORDS,
  TENS_WORDS,
} from '../phrases/number-words.ts';
import { mayBeMisheard, type DialogueMessage } from '../conversation.ts';

/**
 * Asking back. If the recogniser is not sure, nothing is done but asked: "Did you say fifty
 * minutes?" "Yes" does it, "no, fifteen" does it with the other number. Asking back follows from
 * the history alone, so that it survives an interruption as all topics do.
 */

const QUESTION = 'Did you say ';
/** To "no" alone, and if it is not clear which number is meant. */
const SAY_AGAIN = 'Sorry, I misheard the number. Could you say all of it again?';

export function isAskingBack(reply: string): boolean {
  return reply.includes(QUESTION) || reply.includes(SAY_AGAIN);
}

/** A history as if nothing had been in doubt: confirmed words stand at their confirmation. */
export interface SettledQuestion {
  readonly earlier: readonly DialogueMessage[];
  /** What wants an answer. */
  readonly said: readonly DialogueMessage[];
  /** What is to be asked in place of an answer, if the last words are in doubt. */
  readonly question: string | undefined;
}

/**
 * Puts what was confirmed in the place of the confirmation, and leaves out what was not.
 *
 * @param unasked - how many messages at the end of `history` want an answer
 * @param isUnderstood - whether words ask for something; else there is nothing to be confirmed
 */
export function settled(
  history: readonly DialogueMessage[],
  unasked: number,
  isUnderstood: (words: string) => boolean,
): SettledQuestion {
  const first = history.length - Math.max(1, unasked);
  const earlier: DialogueMessage[] = [];
  const asked: DialogueMessage[] = [];
  /** What was asked back about, and has no answer yet. */
  let open: string | undefined;
  let question: string | undefined;
  for (let at = 0; at < history.length;) {
    const end = endOfTurn(history, at);
    const turn = history.slice(at, end);
    const said = turn.map(({ text }) => text).join(' ');
    // A number may be the first word.
    const words = said.charAt(0).toLowerCase() + said.slice(1);
    const reply = open === undefined || !isOfPerson(turn) ? undefined : replyOf(words, open);
    question = undefined;
    if (reply?.kind === 'confirmed') {
      (end > first ? asked : earlier).push({ role: 'user', text: reply.text });
      open = undefined;
    } else if (reply?.kind === 'refused') {
      question = SAY_AGAIN;
    } else if (turn.some(mayBeMisheard) && isUnderstood(words)) {
      question = `${QUESTION}${inDoubt(words)}?`;
      open = words;
    } else {
      if (isOfPerson(turn)) open = undefined;
      for (const [index, message] of turn.entries())
        (at + index >= first ? asked : earlier).push(message);
    }
    at = end;
  }
  return { earlier, said: asked, question };
}

function isOfPerson(turn: readonly DialogueMessage[]): boolean {
  return turn[0]?.role === 'user';
}

/** Behind the messages of one speaker: a pause may have cut a sentence of theirs into several. */
function endOfTurn(history: readonly DialogueMessage[], at: number): number {
  if (history[at]!.role !== 'user') return at + 1;
  const next = history.findIndex(({ role }, index) => index > at && role !== 'user');
  return next === -1 ? history.length : next;
}

type Reply = { readonly kind: 'confirmed'; readonly text: string } | { readonly kind: 'refused' };

/** @returns undefined if the words speak of something else */
function replyOf(words: string, open: string): Reply | undefined {
  // Behind a question about fifty, 15 is fifteen.
  const said = tokensOf(words).flatMap((token) =>
    /^\d/.test(token) ? numberToWords(Number(token)).split(' ') : [token],
  );
  const rest = said.slice(said.findIndex((word) => !LEADS.has(word)));
  const isAnswer = said.some((word) => LEADS.has(word));
  if (said.length > 0 && said.every((word) => YES.has(word)))
    return { kind: 'confirmed', text: open };
  if (isAnswer && said.every((word) => LEADS.has(word))) return { kind: 'refused' };
  const about = new Set([...tokensOf(open), 'please']);
  if (!rest.every((word) => NUMBER_WORDS.has(word) || about.has(word))) return undefined;
  if (!rest.some((word) => NUMBER_WORDS.has(word))) return undefined;
  const text = corrected(open, rest.join(' '));
  const isRefused = said.some((word) => NO.has(word));
  // A "no" with the same number once more was misheard once more.
  if (text === undefined || (isRefused && text === open)) return { kind: 'refused' };
  return { kind: 'confirmed', text };
}

/** The words with the numbers of a correction; undefined if it is not clear which they replace. */
function corrected(open: string, correction: string): string | undefined {
  const numbers = numbersIn(correction);
  const wrong = numbersIn(open);
  if (numbers.length === wrong.length) {
    let next = 0;
    return open.replaceAll(NUMBERS, () => numbers[next++]!);
  }
  const [number] = numbers;
  if (number === undefined || numbers.length > 1) return undefined;
  const likest = wrong.toSorted((a, b) => common(b, number) - common(a, number))[0];
  if (likest === undefined || common(likest, number) === 0) return undefined;
  let isReplaced = false;
  return open.replaceAll(NUMBERS, (one) => {
    if (one !== likest || isReplaced) return one;
    isReplaced = true;
    return number;
  });
}

/** The numbers, what is between them, and what they count. */
function inDoubt(words: string): string {
  const found = [...words.matchAll(NUMBERS)];
  const last = found.at(-1);
  if (last === undefined) return words;
  const end = last.index + last[0].length;
  const counted = /^ (?:\p{L}+s|percent|feet|celsius|fahrenheit|[ap]\.m\.)(?= |$)/u.exec(
    words.slice(end),
  );
  return words.slice(found[0]!.index, end) + (counted?.[0] ?? '');
}

function numbersIn(words: string): readonly string[] {
  return words.match(NUMBERS) ?? [];
}

/** How many letters two words begin alike with. */
function common(a: string, b: string): number {
  const different = [...a].findIndex((letter, index) => letter !== b[index]);
  return different === -1 ? a.length : different;
}

const SCALES = ['hundred', ...SCALE_VALUES.keys()];
const ORDINALS = Array.from({ length: 31 }, (_, day) =>
  ordinalToWords(day + 1)
    .split(' ')
    .at(-1)!,
);
const NUMBER_WORDS: ReadonlySet<string> = new Set([
  ...DIGIT_WORDS,
  ...TEEN_WORDS,
  ...TENS_WORDS,
  ...SCALES,
  // "Five seconds" is more than "the second".
  ...ORDINALS.filter((word) => word !== 'second'),
]);
const WORD = `(?:${[...NUMBER_WORDS].join('|')})`;
/** "One hundred and five", "three point five". */
const NUMBERS = new RegExp(
  `\\b${WORD}(?: (?:(?<=(?:${SCALES.join('|')}) )and |point )?${WORD})*\\b`,
  'g',
);

const YES: ReadonlySet<string> = new Set(
  'yes yeah yep yup right correct exactly sure ok okay please that is it i did mhm'.split(' '),
);
const NO: ReadonlySet<string> = new Set('no nope not wrong'.split(' '));
/** What stands before the right number. */
const LEADS: ReadonlySet<string> = new Set([
  ...NO,
  ...YES,
  ...'i said meant mean make it that was is sorry'.split(' '),
]);

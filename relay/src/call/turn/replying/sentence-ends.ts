/** Ends of sentences in scripts that put no space, or none that matters, behind them. */
const FULL_STOP = '[\\p{STerm}--[.!?]]';
/** Behind the end of a sentence: quotes and brackets that close. */
const CLOSING = `["'*\\p{Pe}\\p{Pf}]`;
/** What may stand before a word and is not part of it. */
const OPENING = '["\'*_¿¡\\-\\p{Ps}\\p{Pi}]';

/**
 * Marks that may end a clause. Of scripts that separate words by spaces a mark counts only if one
 * follows, so that `3.5` and `example.com` stay whole; of others unless a number follows, or a
 * quotation is closed and the sentence goes on. Thai and Lao have only spaces.
 */
export const CLAUSE_MARK = new RegExp(
  `(?<stop>[.!?…]|(?<=\\p{sc=Greek});)${CLOSING}*(?=\\s)|\\n|` +
    `${FULL_STOP}+(?:(?![${CLOSING}${FULL_STOP}\\p{N}])|${CLOSING}+(?![${CLOSING}\\p{L}]))(?=[^])|` +
    '(?<comma>[,;:—·،؛](?=\\s)|[、，；：]|(?<=[\\p{sc=Thai}\\p{sc=Lao}])(?=\\s))',
  'gv',
);

const UNSPACED = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}';
const LAST_WORD = new RegExp(`(?:^|[\\s${UNSPACED}])${OPENING}*([^\\s${UNSPACED}]*)$`, 'v');
const NEXT_WORD = new RegExp(`^[^\\S\\n]*${OPENING}*(\\p{N}|[\\p{L}\\p{M}]*)`, 'v');
/** How far the next word is looked for, characters. */
const LOOK_AHEAD = 30;

/** Before a name: `J.`, `U.S.`, `z.B.`, `J.-C.`, `Dr.`, `Mrs.`, `км.`; all in capitals it is one. */
const BEFORE_NAME = [
  /^\p{L}\p{M}*$/u,
  /^(?:\p{L}\p{M}*|\p{L}{2})(?:\.-?\p{L}{1,3})+$/u,
  /^[B-DF-HJ-NP-TV-XZ]?[b-df-hj-np-tv-xzßčďľňřšťžбвгджзклмнпрстфхцчшщ]{1,3}$/u,
  /^(?:.*-)?(?:prof|profa|dott|dra|sra|srta|mme|mlle|rev|hon|gen|sen|rep|gov|capt|col|maj|dipl|ing|ул|им|ee|uu)$/iu,
];
/** Before more of the sentence: `etc.`, `approx.`, `Jan.`, `No.`, `XIV.`, `2.0.` */
const BEFORE_MORE = [
  /^(?:\d+|v?\d+(?:[.,:]\d+)+|[IVX]{2,5})$/,
  /^(?:etc|approx|ca|evtl|inkl|incl|max|ave|inc|co|corp|fig|vol|no|nos|art|sec|est|dept|ext|tel|usw|ecc|enz|тыс|руб)$/iu,
  /^(?:jan|feb|mär|mar|apr|jun|jul|aug|sept?|okt|oct|nov|de[zc]|mon|tues?|wed|thurs?|fri|sat|sun)$/iu,
];
/** `1.`, `a.`, `iv.`, `2.)` with nothing before it but the beginning, or a colon. */
const LIST_MARK = /(?:^|[:;]\s+)[([*]*(?:\d{1,3}|\p{L}|[ivx]{2,5})$/iu;
/** A German ordinal, which alone is followed by a capital, and what stands before it. */
const GERMAN_ORDINAL =
  /(?:^|\s)(?:(?<!\bi\s)am|im|vom|zum|zur|beim|bis|ab|seit|und|d(?:er|en|em|es|ie|as))\s+(?:\d{1,3}|[ivx]{2,5})$/iu;

/** Words that begin a sentence but are no names. Without one, the end comes later than it could. */
const STARTERS = new Set(
  `the a an it he she we you i they this that these those there here then so but and or if when
  after in on at for with what who where why how is are do does can could please let my your no yes
  der die ein eine es er sie ich wir du dann aber oder wenn wer wo wie bitte ja le la les il elle
  nous vous je un une et el los las una y pero lo gli e ma o os um het een он она это мы вы я и но
  в на`.split(/\s+/),
);

/**
 * Whether a sentence ends with the mark at `at`, whose closing quotes end at `end`. The answer to a
 * text is the answer to any longer one.
 *
 * @returns undefined while the next word is not known and would matter
 */
export function isSentenceEnd(text: string, at: number, end: number): boolean | undefined {
  const before = text.slice(0, at);
  // Marks alone are not spoken.
  if (!/[\p{L}\p{N}]/u.test(before)) return false;
  const isPause = text[at] === '…' || text[at - 1] === '.';
  const isStop = text[at] === '.' && !isPause;
  if (isStop && LIST_MARK.test(before.trimStart())) return false;
  const word = isStop ? LAST_WORD.exec(before)![1]! : '';
  const isBeforeMore = BEFORE_MORE.some((pattern) => pattern.test(word));
  const isBeforeName = !isBeforeMore && BEFORE_NAME.some((pattern) => pattern.test(word));
  const isShortened = isBeforeMore || isBeforeName;
  if (!isShortened && !isPause && end === at + 1) return true;
  const ahead = text.slice(end, end + LOOK_AHEAD);
  const [found, next] = NEXT_WORD.exec(ahead)!;
  if (found.length === ahead.length && ahead.length < LOOK_AHEAD) return undefined;
  if (next === '') return true;
  if (/^\p{Ll}/u.test(next!)) return false;
  if (!isShortened) return true;
  if (/^\p{N}/u.test(next!)) return false;
  return isBeforeName ? STARTERS.has(next!.toLowerCase()) : !GERMAN_ORDINAL.test(before);
}

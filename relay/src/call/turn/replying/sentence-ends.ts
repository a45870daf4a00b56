/** Behind the end of a sentence: quotes and brackets that close. */
const CLOSING = `["'”’»)\\]」』）】》〉]`;
/** What may stand before a word and is not part of it. */
const OPENING = `["'“‘„«(\\[*_¿¡-]`;

/** Ends of sentences in scripts that put no space, or none that matters, behind them. */
const FULL_STOP = '[。！？｡．।॥؟۔։።፧။។៕།]';

/**
 * Marks that may end a clause. Of scripts that separate words by spaces a mark counts only if one
 * follows, so that `3.5` and `example.com` stay whole; Thai and Lao have only spaces.
 */
export const CLAUSE_MARK = new RegExp(
  `(?<stop>[.!?…]|(?<=\\p{sc=Greek});)${CLOSING}*(?=\\s)|(?<full>${FULL_STOP}+)${CLOSING}*|` +
    `(?<comma>[,;:—·،؛](?=\\s)|[、，；：၊]|(?<=[\\p{sc=Thai}\\p{sc=Lao}])(?=\\s))|\\n`,
  'gu',
);

const ENDS_FULL = new RegExp(FULL_STOP);
const UNSPACED = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}';
const LAST_WORD = new RegExp(`(?:^|[\\s${UNSPACED}])${OPENING}*([^\\s${UNSPACED}]*)$`, 'u');
const NEXT_WORD = new RegExp(`^([^\\S\\n]*${OPENING}*)(\\p{N}|[\\p{L}\\p{M}]*)`, 'u');

/** What precedes a full stop and may be short for something: decided by the word that follows. */
type Shortening =
  /** `Dr.`, `Prof.`: a name follows in any case. */
  | 'title'
  /** `J.`, `U.S.`, `p.m.`, `St.`: a name may follow. */
  | 'before-name'
  /** `etc.`, `approx.`, `Jan.`: goes on in lower case or with a number. */
  | 'before-more'
  /** `No.`, which is a word as well. */
  | 'before-number'
  /** `3.`, `XIV.`, `2.0.`: an ordinal number, a version, or the end. */
  | 'number';

/** Single letters with dots between them: `U.S.`, `z.B.`, `Ph.D.`, `J.-C.` */
const DOTTED = /^(?:\p{L}\p{M}*|\p{L}{2})(?:\.-?\p{L}{1,3})+$/u;
const LETTER = /^\p{L}\p{M}*$/u;
/** `Dr`, `Mrs`, `bzw`, `км`; but all in capitals it is a name, as `TV`. */
const WITHOUT_VOWEL = /^[b-df-hj-np-tv-xzßçčďľňřšťžбвгджзклмнпрстфхцчшщ]{2,4}$/iu;
const CAPITALS = /^\p{Lu}{2,}$/u;
const NUMBER = /^(?:\d+|v?\d+(?:[.,:]\d+)+|[IVX]{2,5})$/;
/** `1.`, `a.`, `iv.`, `2.)` with nothing before it but the beginning, or a colon. */
const LIST_MARK = /(?:^|[:;]\s+)[([*]*(?:\d{1,3}|\p{L}|[ivx]{2,5})$/iu;

/** Shortenings that no pattern shows: before a name … */
const TITLES = listed(
  `mr mrs ms dr hr fr sr prof profa dott dra sra srta mme mlle sig rev hon gen sen rep gov capt col maj pres dipl ing mag
  mevr av ul ул им ee ud uds`,
);
/** … and before more of the sentence. */
const SHORTENED = listed(
  `etc approx ca evtl inkl incl excl exkl max ave inc co corp fig vol abs kap chap sec eds est dept
  ext tel usw uvm ecc enz itd itp atd např osv esim jne bijv núm тыс руб geb uu jan janv ene feb febr févr
  mär apr avr abr jun juil jul aug sep sept okt oct ott nov dec dez déc dic mon tue tues wed thu
  thur thurs fri`,
);
const BEFORE_NUMBER = listed('no nos art sat sun mar may');

/** A German ordinal, which alone is followed by a capital, and what stands before it. */
const GERMAN_ORDINAL =
  /(?:^|\s)(?:(?<!\bi\s)am|im|vom|zum|zur|beim|bis|ab|seit|und|d(?:er|en|em|es|ie|as)|jede[nrms]?)\s+(?:\d{1,3}|[ivx]{2,5})$/iu;
const GERMAN_MONTH =
  /^(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)$/iu;

/** Words that begin a sentence but are no names. Without one, the end comes later than it could. */
const STARTER = listed(
  `the a an it he she we you i they this that these those there here then so but and or if when while
  after before in on at as for from by with what who where why how is are was do does did can could
  would please let my your his her its our their yes not now also however some many most all
  der die das ein eine es er sie ich wir ihr du dann aber oder wenn wer wo wie im am was bitte ja
  le la les il elle nous vous je un une et mais el los las es una y pero lo gli e ma o os as um uma
  de het een en hij zij ik wij он она это мы вы я и но в на`,
);
/** What goes on in lower case behind a letter that is not a name: "vitamin C. is fine". */
const COPULA = listed('is are was were has will can');
/** No word that matters is longer; the rest of it is not waited for. */
const LONGEST_WORD = 12;

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
  const isStop = text[at] === '.' && text[at - 1] !== '.';
  if (isStop && LIST_MARK.test(before.trimStart())) return false;
  const shortening = isStop ? shorteningAt(before) : undefined;
  const isPause = text[at] === '…' || text[at - 1] === '.';
  if (shortening === undefined && !isPause && end === at + 1) return true;
  const next = wordAfter(text, end);
  if (next === undefined || typeof next === 'boolean') return next;
  if (/^\p{N}/u.test(next)) return shortening === undefined || isLargeNumber(before, shortening);
  if (/^\p{Ll}/u.test(next)) {
    if (shortening === 'before-name' && /\P{L}\p{Lu}$/u.test(before)) return COPULA.has(next);
    return shortening === 'before-number';
  }
  switch (shortening) {
    case 'title':
      return false;
    case 'before-name':
      return STARTER.has(next.toLowerCase());
    case 'number':
      return !GERMAN_MONTH.test(next) && !GERMAN_ORDINAL.test(before);
    case 'before-more':
    case 'before-number':
    case undefined:
      return true;
  }
}

/**
 * Whether a sentence of a script without spaces ends before `end`: not if a quotation is closed
 * there and the sentence goes on.
 */
export function isFullEnd(text: string, at: number, end: number): boolean | undefined {
  const next = text[end];
  if (next === undefined) return undefined;
  if (text[at] === '．' && /\p{N}/u.test(next)) return false;
  return ENDS_FULL.test(text[end - 1]!) || !/\p{L}/u.test(next);
}

function shorteningAt(before: string): Shortening | undefined {
  const word = LAST_WORD.exec(before)?.[1] ?? '';
  const lower = word.toLowerCase();
  if (NUMBER.test(word)) return 'number';
  if (BEFORE_NUMBER.has(lower)) return 'before-number';
  if (SHORTENED.has(lower)) return 'before-more';
  if (TITLES.has(lower.replace(/^.*-/, ''))) return 'title';
  if (CAPITALS.test(word)) return undefined;
  const isName = [LETTER, DOTTED, WITHOUT_VOWEL].some((pattern) => pattern.test(word));
  return isName ? 'before-name' : undefined;
}

/** "3. 10. 2024" is a date, "1990. 5 years later" is not. */
function isLargeNumber(before: string, shortening: Shortening): boolean {
  return shortening === 'number' && Number(/\d*$/.exec(before)![0]) > 31;
}

/** The word behind `end`; true if none follows there, undefined while that is not known. */
function wordAfter(text: string, end: number): string | true | undefined {
  const [, space, word] = NEXT_WORD.exec(text.slice(end, end + 100))!;
  const wordEnd = end + space!.length + word!.length;
  const isKnown = wordEnd < text.length || word!.length > LONGEST_WORD || /^\p{N}/u.test(word!);
  if (!isKnown) return undefined;
  return word === '' ? true : word!;
}

function listed(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/));
}

import { mathAt } from './spoken-math.ts';

/** How far a decision may look ahead, characters: longer links are read as they stand. */
const LOOK_AHEAD = 400;

const LINE_MARK_CHARACTERS = /^[\s#>*+\-•|_`~:=[\]xX\d.)]*$/;
const HORIZONTAL_RULE =
  /^[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|={3,}[ \t]*)(?:\n|$)/;
const TABLE_RULE = /^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t:-]*)+(?:\n|$)/;
const HEADING = /^[ \t]*#{1,6}[ \t]+/;
const QUOTE = /^[ \t]*>[ \t]*/;
const BULLET = /^[ \t]*[-*+•][ \t]+(?:\[[ xX]\][ \t]+)?/;
const TABLE_EDGE = /^[ \t]*\|[ \t]*/;
const BLANK = /^\s+/;

/**
 * What stands at the beginning of a line and only there.
 *
 * @returns undefined if nothing special does
 */
function lineMark({ ahead, isWhole }: Context): Mark | 'more' | undefined {
  // Nothing but marks so far, or a rule whose line has not ended yet.
  if (!isWhole && LINE_MARK_CHARACTERS.test(ahead)) {
    return /^[\dxX]/.test(ahead) ? undefined : 'more';
  }
  for (const line of [HORIZONTAL_RULE, TABLE_RULE]) {
    const found = line.exec(ahead);
    if (found !== null) return { length: found[0].length, isLineStart: true };
  }
  for (const prefix of [HEADING, BULLET]) {
    const found = prefix.exec(ahead);
    if (found !== null) return { length: found[0].length };
  }
  for (const prefix of [QUOTE, TABLE_EDGE, BLANK]) {
    const found = prefix.exec(ahead);
    if (found !== null) return { length: found[0].length, isLineStart: true };
  }
  return undefined;
}

const LINK =
  /^!?\[([^[\]\n]*)\]\(\s*<?[^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*>?(?:\s+"[^"\n]*")?\s*\)/;
const LINK_SO_FAR = /^!?(?:\[[^[\]\n]*(?:\](?:\([^)\n]*(?:\([^)\n]*\)[^)\n]*)*)?)?)?$/;
const ADDRESS = /^https?:\/\/([^\s/?#)\]>"'*`|]+)[^\s)\]>"'*`|]*/;
const ADDRESS_SO_FAR = /^h(?:t(?:t(?:p(?:s?(?::(?:\/(?:\/[^\s)\]>"'*`|]*)?)?)?)?)?)?)?$/;

const TAG = /^<\/?[A-Za-z][^<>\n]{0,80}>/;

const TAG_SO_FAR = /^<(?:\/?(?:[A-Za-z][^<>\n]{0,80})?)?$/;

const AUTOLINK = /^<(https?:\/\/[^\s<>]+)>/;

const AUTOLINK_SO_FAR = /^<h[^\s<>]*$/;

const ENTITY = /^&(amp|lt|gt|quot|nbsp|#39);/;

const ENTITY_SO_FAR = /^&(?:[a-z]{0,4}|#\d{0,2})$/;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  nbsp: ' ',
  '#39': "'",
};

const EMOJI = /^[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\u20e3\ufe0f]/u;

/** Pictographs by the letter of Unicode, but used as words. */
const SPOKEN_SIGNS = new Set(['©', '®', '™', '‼', '⁉', 'ℹ']);

interface Context {
  /** The text that comes next, at least one character. */
  readonly ahead: string;
  /** No more will ever be seen: the text ends here, or this is as far as one looks. */
  readonly isWhole: boolean;
  /** The last character given out. */
  readonly before: string;
}

/** What becomes of the next `length` characters. */
interface Mark {
  readonly length: number;
  /** Said in their place; if absent, nothing. */
  readonly said?: string;
  /** To be read in their place, as if it had been written there. */
  readonly again?: string;
  /** What follows stands at the beginning of a line. */
  readonly isLineStart?: boolean;
}

/** What never means anything but itself, in the scripts that are common in speech. */
const PLAIN =
  /[ a-gi-zA-Z\d.,;:?'"()%/\-’“”…–—\u00c0-\u034e\u0350-\u061b\u061d-\u115e\u1161-\u1fff\u3040-\u3163\u3165-\u9fff\uac00-\ud7a3]+/y;
/** Marks of direction and width, tags, variations: nothing that is seen, or heard. */
const INVISIBLE = /^(?:\p{Default_Ignorable_Code_Point}|\p{Co}|[^\P{Cc}\s]|\ufffd)$/u;

/**
 * Turns what a model writes into what can be said, while it is being written: Markdown's marks,
 * links' addresses and emoji are left out, LaTeX becomes signs, the words stay.
 *
 * How the text is cut into pieces makes no difference to what comes out in all: every decision
 * looks at most `LOOK_AHEAD` characters ahead, and waits until it can see as far as it needs.
 */
export class SpokenTextFilter {
  #pending = '';
  /** The last character given out, or an empty string before the first. */
  #last = '';
  #isLineStart = true;

  /** @returns what can be said by now; plain words are never held back */
  push(text: string): string {
    this.#pending += text;
    return this.#run(false);
  }

  /** No more text comes for now: what was held back is decided as it stands. */
  flush(): string {
    return this.#run(true);
  }

  #run(isEnd: boolean): string {
    let said = '';
    while (this.#pending !== '') {
      const mark = this.#next(isEnd);
      if (mark === 'more') break;
      this.#pending = (mark.again ?? '') + this.#pending.slice(mark.length);
      this.#isLineStart = mark.isLineStart ?? false;
      said += this.#spaced(mark.said ?? '');
    }
    return said;
  }

  #next(isEnd: boolean): Mark | 'more' {
    const ahead = this.#pending.slice(0, LOOK_AHEAD);
    const context: Context = {
      ahead,
      isWhole: isEnd || ahead.length === LOOK_AHEAD,
      before: this.#last,
    };
    const atLine = this.#isLineStart ? lineMark(context) : undefined;
    if (atLine !== undefined) return atLine;
    PLAIN.lastIndex = 0;
    const plain = PLAIN.exec(this.#pending)?.[0];
    if (plain !== undefined) return { length: plain.length, said: plain };
    return inlineMark(context);
  }

  /** One space for several, none at the beginning or after a line break. */
  #spaced(text: string): string {
    let said = '';
    for (const character of text) {
      const isGap = /\s/u.test(character);
      if (isGap && (this.#last === '' || this.#last === '\n')) continue;
      if (isGap && character !== '\n' && /\s/u.test(this.#last)) continue;
      this.#last = isGap && character !== '\n' ? ' ' : character;
      said += this.#last;
    }
    return said;
  }
}

/** The meaning of the next character, which is not a plain one, within a line. */
function inlineMark(context: Context): Mark | 'more' {
  const { ahead, isWhole } = context;
  const character = ahead[0]!;
  switch (character) {
    case '\n':
      return { length: 1, said: '\n', isLineStart: true };
    case '*':
    case '_':
    case '~':
      return emphasis(context, character);
    case '`':
      return { length: 1 };
    case '$':
      return mathAt(ahead, isWhole) ?? { length: 1, said: character };
    case '|':
      return tableCell(context);
    case '!':
    case '[':
      return link(context);
    case 'h':
      return address(context);
    case '<':
      return tag(context);
    case '&':
      return entity(context);
    case '\\': {
      if (ahead.length === 1) return isWhole ? { length: 1 } : 'more';
      const math = mathAt(ahead, isWhole);
      if (math !== undefined) return math;
      return /^\\[!-/:-@[-`{-~]/.test(ahead)
        ? { length: 2, said: ahead[1]! }
        : { length: 1, said: '\\' };
    }
    default:
      return emojiOrPlain(context);
  }
}

/** A star between numbers or with space on both sides is meant; so is a lone tilde. */
function emphasis({ ahead, isWhole, before }: Context, character: string): Mark | 'more' {
  let length = 1;
  while (ahead[length] === character) length += 1;
  const after = ahead[length];
  if (after === undefined && !isWhole) return 'more';
  const isWithin = isWord(before) && isWord(after ?? '');
  if (character === '~') return length === 1 ? { length, said: '~' } : { length };
  if (character === '_') return isWithin ? { length, said: ' ' } : { length };
  const isMeant =
    length === 1 &&
    ((isSpace(before) && isSpace(after ?? '')) || (/\d/.test(before) && /\d/.test(after ?? '')));
  return isMeant ? { length, said: '*' } : { length };
}

/** Cells are read with a pause between them; the edge of a row is not heard. */
function tableCell({ ahead, isWhole, before }: Context): Mark | 'more' {
  const rest = /^\|[ \t]*/.exec(ahead)![0].length;
  if (rest === ahead.length && !isWhole) return 'more';
  const isEdge = rest === ahead.length || ahead[rest] === '\n' || before === '' || before === '\n';
  return { length: rest, said: isEdge ? '' : ', ' };
}

function link({ ahead, isWhole }: Context): Mark | 'more' {
  const found = LINK.exec(ahead);
  if (found !== null) return { length: found[0].length, again: found[1] ?? '' };
  if (!isWhole && LINK_SO_FAR.test(ahead)) return 'more';
  return { length: 1, said: ahead[0]! };
}

/** Of an address only the host is worth saying. */
function address({ ahead, isWhole, before }: Context): Mark | 'more' {
  if (isWord(before)) return { length: 1, said: 'h' };
  if (!isWhole && ADDRESS_SO_FAR.test(ahead)) return 'more';
  const found = ADDRESS.exec(ahead);
  if (found === null) return { length: 1, said: 'h' };
  const trailing = /[.,;:!?]*$/.exec(found[0])![0];
  return { length: found[0].length - trailing.length, said: hostOf(found[0]) };
}

function hostOf(url: string): string {
  return (ADDRESS.exec(url)?.[1] ?? '').replace(/^www\./, '').replace(/[.,;:!?]+$/, '');
}

function tag({ ahead, isWhole }: Context): Mark | 'more' {
  const bare = AUTOLINK.exec(ahead);
  if (bare !== null) return { length: bare[0].length, said: hostOf(bare[1] ?? '') };
  const found = TAG.exec(ahead);
  if (found !== null) return { length: found[0].length, said: ' ' };
  if (!isWhole && (TAG_SO_FAR.test(ahead) || AUTOLINK_SO_FAR.test(ahead))) return 'more';
  return { length: 1, said: '<' };
}

function entity({ ahead, isWhole }: Context): Mark | 'more' {
  const found = ENTITY.exec(ahead);
  if (found !== null) return { length: found[0].length, said: ENTITIES[found[1] ?? ''] ?? '' };
  if (!isWhole && ENTITY_SO_FAR.test(ahead)) return 'more';
  return { length: 1, said: '&' };
}

function emojiOrPlain({ ahead, isWhole, before }: Context): Mark | 'more' {
  const code = ahead.charCodeAt(0);
  const isHigh = code >= 0xd800 && code <= 0xdbff;
  if (isHigh && ahead.length === 1) return isWhole ? { length: 1 } : 'more';
  const character = String.fromCodePoint(ahead.codePointAt(0)!);
  // Half a character, which no voice could say.
  if (/^[\ud800-\udfff]$/.test(character)) return { length: 1 };
  if (EMOJI.test(character) && !SPOKEN_SIGNS.has(character)) return { length: character.length };
  // Joiners shape letters in Persian and in Indian scripts; elsewhere one held emoji together.
  const isJoiner = /[\u200c\u200d]/.test(character) && /\p{Letter}|\p{Mark}/u.test(before);
  if (INVISIBLE.test(character) && !isJoiner) return { length: character.length };
  return { length: character.length, said: character };
}

function isWord(character: string): boolean {
  return /[\p{Letter}\p{Number}]/u.test(character);
}

function isSpace(character: string): boolean {
  return character === '' || /\s/u.test(character);
}

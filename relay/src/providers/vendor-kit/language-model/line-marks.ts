export interface Context {
  /** The text that comes next, at least one character. */
  readonly ahead: string;
  /** No more will ever be seen: the text ends here, or this is as far as one looks. */
  readonly isWhole: boolean;
  /** The last character given out. */
  readonly before: string;
  readonly fence: Fence;
}

/** Between which fences the text stands. */
export type Fence = 'none' | 'prose' | 'code';

/** What becomes of the next `length` characters. */
export interface Mark {
  readonly length: number;
  /** Said in their place; if absent, nothing. */
  readonly said?: string;
  /** To be read in their place, as if it had been written there. */
  readonly again?: string;
  /** What follows stands at the beginning of a line. */
  readonly isLineStart?: boolean;
  readonly fence?: Fence;
}

const LINE_MARK_CHARACTERS = /^[\s#>*+\-•|_`~:=[\]xX\d.)]*$/;
const HORIZONTAL_RULE =
  /^[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|={3,}[ \t]*)(?:\n|$)/;
const TABLE_RULE = /^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t:-]*)+(?:\n|$)/;
const FENCE = /^[ \t]*(?:```|~~~)[ \t]*([^\s`]*)[^\n`]*(?:\n|$)/;
const FENCE_SO_FAR = /^[ \t]*(?:```|~~~)[^\n`]*$/;
/** What models put around a text that is no code. */
export const PROSE_FENCE = /^(?:|te?xt|plain\w*|markdown|md|none)$/i;
const CODE =
  /[;{}]\s*$|^\s*(?:[<{[$@/]|#[!i])|^\s*(?:def|class|import|from|const|let|var|func\w*|if|for|while|return|print|public|echo|npm|pip|git|sudo|curl|cd|SELECT)\b.*[\W_]|\w\(.*\)|\w\s*[:+-]?=\s*\S/;
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
export function lineMark({ ahead, isWhole, fence }: Context): Mark | 'more' | undefined {
  if (!isWhole) {
    // Nothing but marks so far, or a fence or rule whose line has not ended yet.
    if (LINE_MARK_CHARACTERS.test(ahead)) return /^[\dxX]/.test(ahead) ? undefined : 'more';
    if (FENCE_SO_FAR.test(ahead)) return 'more';
  }
  const fenced = FENCE.exec(ahead);
  if (fenced !== null) return fenceMark(fenced, { ahead, isWhole, fence });
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

/** Code is left out; a whole answer that stands between fences is not. */
function fenceMark(
  [{ length }, language]: RegExpExecArray,
  { ahead, isWhole, fence }: Pick<Context, 'ahead' | 'isWhole' | 'fence'>,
): Mark | 'more' {
  const mark = { length, isLineStart: true };
  if (fence === 'prose') return { ...mark, fence: 'none' };
  if (!PROSE_FENCE.test(language!)) return { ...mark, fence: 'code' };
  if (language !== '') return { ...mark, fence: 'prose' };
  const [, line] = /^\s*([^\n]*)(?=\n)/.exec(ahead.slice(length)) ?? [];
  if (line === undefined && !isWhole) return 'more';
  const isCode = CODE.test(line ?? ahead.slice(length));
  return { ...mark, fence: isCode ? 'code' : 'prose' };
}

/** Longest text handed to a synthesizer at once, characters. */
export const MAX_CLAUSE_CHARACTERS = 150;
/** The first clause may already end at a comma once it is this long: speech starts sooner. */
const MIN_FIRST_CLAUSE_CHARACTERS = 20;
/** Later clauses prefer whole sentences; a comma only splits what is longer than this. */
const MIN_COMMA_CLAUSE_CHARACTERS = 90;

const ABBREVIATION = /(?:^|\s)(?:mr|mrs|ms|dr|st|vs|etc|e\.g|i\.e|no|approx|[a-z])\.$/i;

/**
 * Cuts streamed text into clauses fit to be spoken one by one: sentence by sentence, the first
 * one shorter, none longer than `MAX_CLAUSE_CHARACTERS`. Joined with single spaces they are the
 * text again, white space aside.
 *
 * @param isAside - whether a clause only bridges a wait: the one after it is then still the first
 */
export async function* clausesOf(
  deltas: AsyncIterable<string>,
  isAside: (clause: string) => boolean = () => false,
): AsyncGenerator<string, void, undefined> {
  let pending = '';
  let isFirst = true;
  for await (const delta of deltas) {
    pending += delta;
    for (;;) {
      const end = clauseEnd(pending, isFirst);
      if (end === undefined) break;
      const clause = tidy(pending.slice(0, end));
      pending = pending.slice(end);
      if (clause === '') continue;
      isFirst &&= isAside(clause);
      yield clause;
    }
  }
  const rest = tidy(pending);
  if (rest !== '') yield rest;
}

/**
 * Where the first clause of `text` ends, or undefined while that is not sure yet. A mark counts
 * only once white space follows it, so `3.5` and `example.com` stay whole.
 */
export function clauseEnd(text: string, isFirst: boolean): number | undefined {
  const minComma = isFirst ? MIN_FIRST_CLAUSE_CHARACTERS : MIN_COMMA_CLAUSE_CHARACTERS;
  for (const match of text.matchAll(/[.!?…]["'”’)\]]*(?=\s)|[,;:—](?=\s)|\n|[。！？]/gu)) {
    const end = match.index + match[0].length;
    if (end > MAX_CLAUSE_CHARACTERS) break;
    const mark = match[0][0]!;
    if (/[,;:—]/.test(mark)) {
      if (end >= minComma) return end;
    } else if (mark !== '.' || !ABBREVIATION.test(text.slice(0, end))) {
      return end;
    }
  }
  if (text.length <= MAX_CLAUSE_CHARACTERS) return undefined;
  const space = text.lastIndexOf(' ', MAX_CLAUSE_CHARACTERS);
  return space > 0 ? space : unbrokenEnd(text);
}

/** Never between the halves of a surrogate pair. */
function unbrokenEnd(text: string): number {
  const last = text.charCodeAt(MAX_CLAUSE_CHARACTERS - 1);
  return last >= 0xd800 && last <= 0xdbff ? MAX_CLAUSE_CHARACTERS - 1 : MAX_CLAUSE_CHARACTERS;
}

function tidy(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

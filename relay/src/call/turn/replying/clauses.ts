import type { ClauseKind, WrittenClause } from '../../stages/synthesizer/clause-track.ts';
import { CLAUSE_MARK, isSentenceEnd } from './sentence-ends.ts';

/** Longest text handed to a synthesizer at once, characters. */
export const MAX_CLAUSE_CHARACTERS = 150;
/** The first clause may already end at a comma once it is this long: speech starts sooner. */
const MIN_FIRST_CLAUSE_CHARACTERS = 20;
/** Later clauses prefer whole sentences; a comma only splits what is longer than this. */
const MIN_COMMA_CLAUSE_CHARACTERS = 90;

/**
 * Cuts the text of a reply into clauses fit to be spoken one by one: sentence by sentence, the
 * first one shorter, none longer than `MAX_CLAUSE_CHARACTERS`, each of one kind. Joined with single
 * spaces they are the text again, white space aside.
 */
export async function* clauses(
  pieces: AsyncIterable<WrittenClause>,
): AsyncGenerator<WrittenClause, void, undefined> {
  const cutter = new ClauseCutter();
  for await (const piece of pieces) yield* cutter.push(piece);
  yield* cutter.end();
}

/** The clauses of a text that is there as a whole. */
export function clausesOf(text: string): readonly string[] {
  const cutter = new ClauseCutter();
  return [...cutter.push({ kind: 'answer', text }), ...cutter.end()].map((clause) => clause.text);
}

class ClauseCutter {
  #pending = '';
  #kind: ClauseKind = 'answer';
  /** A filler only bridges a wait: the clause after it is still the first. */
  #isFirst = true;

  push({ kind, text }: WrittenClause): readonly WrittenClause[] {
    const cut = kind === this.#kind ? [] : [...this.end()];
    this.#kind = kind;
    this.#pending += text;
    for (;;) {
      const end = clauseEnd(this.#pending, this.#isFirst);
      if (end === undefined) break;
      cut.push(...this.#take(end));
    }
    // Words of our own come whole.
    return kind === 'answer' ? cut : [...cut, ...this.end()];
  }

  /** What is left at the end of the text. */
  end(): readonly WrittenClause[] {
    return this.#take(this.#pending.length);
  }

  #take(end: number): readonly WrittenClause[] {
    const text = this.#pending.slice(0, end).replaceAll(/\s+/g, ' ').trim();
    this.#pending = this.#pending.slice(end);
    if (text === '') return [];
    this.#isFirst &&= this.#kind === 'filler';
    return [{ kind: this.#kind, text }];
  }
}

/** Where the first clause of `text` ends, or undefined while that is not sure yet. */
export function clauseEnd(text: string, isFirst: boolean): number | undefined {
  const minComma = isFirst ? MIN_FIRST_CLAUSE_CHARACTERS : MIN_COMMA_CLAUSE_CHARACTERS;
  for (const match of text.matchAll(CLAUSE_MARK)) {
    const end = match.index + match[0].length;
    if (end > MAX_CLAUSE_CHARACTERS) break;
    const { stop, comma } = match.groups!;
    if (comma !== undefined) {
      if (end >= minComma) return end;
      continue;
    }
    const isEnd = stop === undefined || isSentenceEnd(text, match.index, end);
    // However long the text is, or its clauses would depend on how it came.
    if (isEnd !== false) return isEnd === true ? end : undefined;
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

import { parseJson } from '../../../base/lib/json.ts';
import { ANSWER_KEYS, nextTrigger, openingAt, type State } from './notation-openings.ts';
import { balancedEnd, looksLikeCall, writtenCalls, type WrittenCall } from './written-calls.ts';

/** What the text of a model turns out to be. */
export type Notated =
  | { readonly kind: 'text'; readonly text: string }
  /** A thought has begun. It is not given out. */
  | { readonly kind: 'thought' }
  /** Code was left out. */
  | { readonly kind: 'code' }
  | { readonly kind: 'call'; readonly call: WrittenCall }
  /** A call of a tool that there is not, or that cannot be read. */
  | { readonly kind: 'lost-call' };

/** Longest call, characters; what does not end by then is none, or cannot be read. */
const MAX_CALL = 16_000;
/** No mark is longer, nor is what is waited for to know one. */
const MAX_MARK = 160;

const TEXT: State = { kind: 'text' };

/**
 * Tells what a model writes for its machine from what it writes for the person: its thoughts, calls
 * of tools, and the marks of its template, which servers without a parser for this very model leave
 * in the text.
 *
 * How the text is cut into pieces makes no difference. Only what may be the beginning of such a
 * notation is held back.
 */
export class MachineNotation {
  readonly #tools: ReadonlySet<string>;
  #pending = '';
  #before = '';
  #hasSaid = false;
  /** Something was left out since the last text. */
  #isGap = false;
  #state: State = TEXT;
  #isFenced = false;

  /** @param tools - the names of those that there are */
  constructor(tools: Iterable<string> = []) {
    this.#tools = new Set(tools);
  }

  push(text: string): Notated[] {
    this.#pending += text;
    return [...this.#run(false)];
  }

  /** No more text comes for now: what was held back is decided as it stands. */
  flush(): Notated[] {
    const rest = [...this.#run(true)];
    this.#pending = '';
    if (this.#state.kind !== 'over') this.#state = TEXT;
    return rest;
  }

  *#run(isEnd: boolean): Generator<Notated> {
    while (this.#pending !== '') {
      const length = this.#pending.length;
      const state = this.#state;
      yield* this.#step(isEnd);
      if (this.#pending.length === length && this.#state === state) return;
    }
  }

  /** Takes something of what is pending, or nothing if more of it must be seen. */
  *#step(isEnd: boolean): Generator<Notated> {
    const state = this.#state;
    switch (state.kind) {
      case 'text':
        return yield* this.#text(isEnd);
      case 'closing': {
        this.#pending = this.#pending.replace(/^[\s;,}\])`]+/, '');
        if (this.#pending !== '') this.#state = TEXT;
        return;
      }
      case 'over':
        this.#left(this.#pending.length);
        return;
      case 'thought': {
        const end = state.end.exec(this.#pending);
        if (end === null) {
          this.#left(isEnd ? Infinity : this.#pending.length - MAX_MARK);
          return;
        }
        this.#left(end.index + end[0].length);
        this.#state = TEXT;
        return;
      }
      case 'call': {
        const end = state.end.exec(this.#pending);
        const isOver = isEnd || this.#pending.length > MAX_CALL;
        if (end === null && !isOver) return;
        const length = end === null ? this.#pending.length : end.index + end[0].length;
        const reads = writtenCalls(this.#pending.slice(0, length), this.#tools);
        yield* this.#called(length, reads.length === 0 ? ['lost'] : reads);
        // The rest of what has no end is no text either.
        if (end === null && !isEnd) this.#state = { kind: 'over' };
        return;
      }
      case 'brackets':
        return yield* this.#brackets(isEnd || this.#pending.length > MAX_CALL);
      case 'fence':
        return yield* this.#fenced(state.end, isEnd);
    }
  }

  *#text(isEnd: boolean): Generator<Notated> {
    const seen = this.#before + this.#pending;
    const from = this.#before.length;
    const isStart = this.#before === '' || this.#before === '\n';
    const at = isStart ? 0 : nextTrigger(seen, from) - from;
    if (at > 0) return yield* this.#said(at);
    const ahead = this.#pending.slice(0, MAX_MARK);
    const opening = openingAt({
      ahead,
      isEnd: isEnd || ahead.length === MAX_MARK,
      before: this.#before,
      hasSaid: this.#hasSaid,
      isFenced: this.#isFenced,
      tools: this.#tools,
    });
    if (opening === 'more') return;
    if (opening === undefined) {
      // A line that begins has been looked at; its first character may be the end of it.
      const next = this.#pending.startsWith('\n') ? 1 : nextTrigger(seen, from + 1) - from;
      return yield* this.#said(next);
    }
    this.#left(opening.length);
    this.#state = opening.state ?? TEXT;
    this.#isFenced = opening.isFenced ?? this.#isFenced;
    if (this.#state.kind === 'thought') yield { kind: 'thought' };
    if (opening.said !== undefined) yield { kind: 'text', text: opening.said };
  }

  *#brackets(isEnd: boolean): Generator<Notated> {
    const from = this.#pending.search(/[[{(]/);
    const end = balancedEnd(this.#pending, from);
    if (end === undefined && !isEnd) return;
    const length = end ?? this.#pending.length;
    const written = this.#pending.slice(0, length);
    const reads = writtenCalls(written, this.#tools);
    if (reads.length > 0) return yield* this.#called(length, reads);
    if (end === undefined && looksLikeCall(written, this.#tools)) {
      return yield* this.#called(length, ['lost']);
    }
    const answer = this.#hasSaid ? undefined : answerIn(written);
    if (answer === undefined) return yield* this.#said(length);
    this.#left(length);
    this.#state = TEXT;
    yield { kind: 'text', text: answer };
    this.#hasSaid = true;
  }

  *#fenced(mark: string, isEnd: boolean): Generator<Notated> {
    const at = this.#pending.indexOf(mark);
    if (at < 0 && !isEnd) {
      // Too long for a call.
      if (this.#pending.length > MAX_CALL) this.#left(this.#pending.length - mark.length);
      return;
    }
    const length = at < 0 ? this.#pending.length : at + mark.length;
    const reads = writtenCalls(this.#pending.slice(0, length), this.#tools);
    if (reads.length > 0) return yield* this.#called(length, reads);
    this.#left(length);
    this.#state = TEXT;
    yield { kind: 'code' };
  }

  *#called(length: number, reads: ReturnType<typeof writtenCalls>): Generator<Notated> {
    this.#left(length);
    this.#before = '\n';
    this.#state = { kind: 'closing' };
    for (const read of reads) {
      yield read === 'lost' ? { kind: 'lost-call' } : { kind: 'call', call: read };
    }
  }

  *#said(length: number): Generator<Notated> {
    const text = this.#pending.slice(0, length);
    this.#pending = this.#pending.slice(length);
    const before = this.#before;
    this.#before = text.at(-1) ?? before;
    this.#state = TEXT;
    const isGap = this.#isGap && this.#hasSaid && /\S$/.test(before) && /^\S/.test(text);
    this.#isGap = false;
    this.#hasSaid ||= text.trim() !== '';
    yield { kind: 'text', text: isGap ? ` ${text}` : text };
  }

  #left(length: number): void {
    if (length <= 0) return;
    this.#pending = this.#pending.slice(length);
    this.#isGap = true;
  }
}

/** @returns the answer of a model that answers in JSON */
function answerIn(written: string): string | undefined {
  const value = parseJson(written) as Record<string, unknown> | undefined;
  const key = ANSWER_KEYS.find((each) => typeof value?.[each] === 'string');
  return key === undefined ? undefined : (value?.[key] as string);
}

/** For a reader that has no use for anything but the text. */
export function textIn(notated: readonly Notated[]): string {
  return notated.map((each) => (each.kind === 'text' ? each.text : '')).join('');
}

import { objectEnd, writtenCalls, type WrittenCall } from './written-calls.ts';

/** What the text of a model turns out to be. */
export type Notated =
  | { readonly kind: 'text'; readonly text: string }
  /** A thought has begun. It is not given out. */
  | { readonly kind: 'thought' }
  /** A thought has ended whose beginning was not written: it may be all before. */
  | { readonly kind: 'thought-end' }
  /** Code was left out. */
  | { readonly kind: 'code' }
  | WrittenCall;

type State =
  | 'text'
  | 'thought'
  /** Surely about a call. A model ends after it, so all that follows belongs to it. */
  | 'call'
  /** A call, or an object that the answer is about. */
  | 'object'
  | 'code'
  /** Between fences without a language: code, or a text. */
  | 'block'
  /** The model goes on with what others would say. */
  | 'over';

/** The next `length` characters are done with. */
interface Step {
  readonly length: number;
  readonly state?: State;
  readonly means?: readonly Notated[];
}

/** Of a call or a block of code, characters; what is longer cannot be read. */
const MAX_HELD = 16_000;
/** No mark is longer, nor is what is waited for to know one. */
const MAX_MARK = 160;

const SPACE: Notated = { kind: 'text', text: ' ' };
const THOUGHT: readonly Notated[] = [SPACE, { kind: 'thought' }];
/** A tag, a token of a template, or one of Mistral's words in brackets. */
const MARK = /^(?:<[|｜/a-zA-Z][^<>\n]{0,80}>|\[\/?(?:THINK|INST|TOOL_CALLS?|TOOL_RESULTS)\])/;
const MARK_SO_FAR = /^(?:<(?:[|｜/a-zA-Z][^<>\n]{0,80})?|\[\/?[A-Z_]{0,12})$/;

const QUOTE = /[`"'“”‘’«»「」]/;

const THOUGHT_WORDS = '(?:think|thinking|thought|reasoning|reflection|scratchpad)';
const THOUGHT_MARK = new RegExp(String.raw`^[<[]\|?(?:\w+_)?${THOUGHT_WORDS}\|?[>\]]$`, 'i');
const THOUGHT_END = new RegExp(
  String.raw`[<[]/${THOUGHT_WORDS}[>\]]|<\|end_(?:of_)?${THOUGHT_WORDS}\|>|<channel\|>`,
  'i',
);
const ANY_THOUGHT_END = new RegExp(
  String.raw`${THOUGHT_END.source}|<\|end\|>|(?=<\|(?:start|channel)\|>)|assistantfinal|(?=assistantcommentary)`,
  'i',
);
const CALL_MARK =
  /^(?:<[|｜]?(?:\w+[:｜])?(?:tool[_▁]?calls?|tool_code|function(?:_calls?|=|>| name=)|invoke |python_tag)|\[TOOL_CALL)/i;
const TOKEN =
  /^(?:<[|｜].*|.*[|｜]>|<\/?(?:s|bos|eos|pad|unk|(?:start|end)_of_turn|tool_\w+|function|invoke|parameter)>|\[.*)$/i;

/** Who speaks, and in which channel: ChatML, Llama, Gemma, gpt-oss. */
const HEADER =
  /^<\|?(?:im_start|start_header_id|start_of_turn|start|channel)\|?>([^\n]*?)(?:<\|(?:message|end_header_id)\|>|\n)/;
const HEADER_SO_FAR = /^<\|?(?:im_start|start_header_id|start_of_turn|start|channel)\|?>[^\n]*$/;

/** gpt-oss whose tokens were left out: `analysis…assistantfinal…`. */
const BARE_HEADER = /^(?:assistant)?(?:final|(analysis)|(commentary) to=)(?=[\p{Lu}\d"“]|(?<==))/u;
const BARE_HEADERS = ['final', 'analysis', 'commentary to='].flatMap((head) => [
  head,
  `assistant${head}`,
]);

const OBJECT = /^(?:\[\s*)?\{\s*"/;
const OBJECT_SO_FAR = /^(?:\[\s*)?(?:\{\s*)?$/;
/** What is cut off behind it was to be a call. */
const CALL_KEY = /"(?:name|arguments|parameters)"\s*:/;
/** It is recognised, but not read. */
const PYTHON_LIST = /^\[(\w*)(\(?)/;

const FENCE = /^```[ \t]*([^\s`]*)[^\n`]*\n/;
const FENCE_SO_FAR = /^(?:`{1,2}|```[^\n`]*)$/;
/** What models put around a text that is no code. */
const PROSE = /^(?:|te?xt|plain\w*|markdown|md)$/i;
const CODE = /[{};=$<>|]|\w\(|^\s*(?:npm|git|sudo|curl|cd|pip|import|def|class)\s/m;

/**
 * Tells what a model writes for its machine from what it writes for the person: its thoughts, calls
 * of tools, code, and the marks of its template, which servers without a parser for this very model
 * leave in the text.
 *
 * How the text is cut into pieces makes no difference. Only what may be the beginning of such a
 * notation is held back.
 */
export class MachineNotation {
  readonly #tools: ReadonlySet<string>;
  #pending = '';
  /** The last character of the text that was given out. */
  #before = '';
  #state: State = 'text';

  /** @param tools - the names of those that there are */
  constructor(tools: Iterable<string> = []) {
    this.#tools = new Set(tools);
  }

  push(text: string): Notated[] {
    this.#pending += text;
    const notated = [...this.#run(false)];
    this.#pending = this.#pending.slice(-MAX_HELD);
    return notated;
  }

  /** No more text comes for now: what was held back is decided as it stands. */
  flush(): Notated[] {
    const rest = [...this.#run(true)];
    if (this.#state !== 'over') this.#state = 'text';
    return rest;
  }

  *#run(isEnd: boolean): Generator<Notated> {
    while (this.#pending !== '') {
      const step = this.#state === 'text' ? this.#inText(isEnd) : this.#held(this.#state, isEnd);
      if (step === 'more') return;
      this.#pending = this.#pending.slice(step.length);
      this.#state = step.state ?? 'text';
      yield* step.means ?? [];
    }
  }

  #inText(isEnd: boolean): Step | 'more' {
    const ahead = this.#pending.slice(0, MAX_MARK);
    const isWhole = isEnd || ahead.length === MAX_MARK;
    const bare = this.#before === '' ? bareHeader(ahead, isWhole) : undefined;
    if (bare !== undefined) return bare;
    const at = ahead.search(/[<[{`]/);
    if (at !== 0) return this.#said(at < 0 ? ahead.length : at);
    return this.#opening(ahead, isWhole) ?? this.#said(1);
  }

  /** @returns undefined if nothing but text begins here */
  #opening(ahead: string, isWhole: boolean): Step | 'more' | undefined {
    const isMore = [MARK_SO_FAR, OBJECT_SO_FAR, FENCE_SO_FAR, HEADER_SO_FAR].some((soFar) =>
      soFar.test(ahead),
    );
    if (isMore && !isWhole) return 'more';
    const [{ length }, language] = FENCE.exec(ahead) ?? [''];
    if (language !== undefined) return { length, state: PROSE.test(language) ? 'block' : 'code' };
    if (OBJECT.test(ahead)) return { length: 0, state: 'object' };
    const [python, name = '', bracket] = PYTHON_LIST.exec(ahead) ?? [];
    if (bracket === '(' && this.#tools.has(name)) return { length: 0, state: 'call' };
    const mayBeTool = python === ahead && [...this.#tools].some((tool) => tool.startsWith(name));
    if (mayBeTool && !isWhole) return 'more';
    return header(ahead) ?? mark(ahead, this.#before, isWhole);
  }

  #held(state: Exclude<State, 'text'>, isEnd: boolean): Step | 'more' {
    const { length } = this.#pending;
    switch (state) {
      case 'over':
        return { length, state };
      case 'thought': {
        const end = ANY_THOUGHT_END.exec(this.#pending);
        if (end !== null) return { length: end.index + end[0].length };
        if (isEnd) return { length };
        return length > MAX_MARK ? { length: length - MAX_MARK, state } : 'more';
      }
      case 'call': {
        if (!isEnd) return 'more';
        const calls = writtenCalls(this.#pending, this.#tools);
        return { length, means: calls.length === 0 ? [{ kind: 'lost-call' }] : calls };
      }
      case 'object': {
        const end = objectEnd(this.#pending, this.#pending.indexOf('{'));
        if (end === undefined && !isEnd) return 'more';
        const written = this.#pending.slice(0, end);
        const isCut = end === undefined && CALL_KEY.test(written);
        const isCall = isCut || writtenCalls(written, this.#tools).length > 0;
        return isCall ? { length: 0, state: 'call' } : this.#said(written.length);
      }
      case 'code':
      case 'block': {
        const end = this.#pending.indexOf('```');
        if (end < 0 && !isEnd) return 'more';
        const written = end < 0 ? this.#pending : this.#pending.slice(0, end);
        const isCall = writtenCalls(written, this.#tools).some(({ kind }) => kind === 'call');
        if (isCall) return { length: 0, state: 'call' };
        if (state === 'block' && !CODE.test(written)) return this.#said(written.length, 3);
        return { length: written.length + 3, means: [{ kind: 'code' }] };
      }
    }
  }

  /** @param skipped - characters behind it that are left out */
  #said(length: number, skipped = 0): Step {
    const text = this.#pending.slice(0, length);
    this.#before = text.at(-1) ?? this.#before;
    return { length: length + skipped, means: [{ kind: 'text', text }] };
  }
}

function header(ahead: string): Step | undefined {
  const found = HEADER.exec(ahead);
  if (found === null) return undefined;
  const [{ length }, head] = found;
  if (/\bto=/.test(head!)) return { length: 0, state: 'call' };
  if (/analysis|thought/.test(head!)) return { length, state: 'thought', means: THOUGHT };
  // What a person would say next is not for the model to say.
  return /^\s*(?:user|human)/.test(head!) ? { length, state: 'over' } : { length, means: [SPACE] };
}

function mark(ahead: string, before: string, isWhole: boolean): Step | 'more' | undefined {
  const found = MARK.exec(ahead)?.[0];
  if (found === undefined) return undefined;
  const { length } = found;
  if (QUOTE.test(before)) {
    if (length === ahead.length && !isWhole) return 'more';
    // It is what the answer is about.
    if (QUOTE.test(ahead[length] ?? '')) return undefined;
  }
  if (THOUGHT_END.test(found)) return { length, means: [{ kind: 'thought-end' }] };
  if (THOUGHT_MARK.test(found)) return { length, state: 'thought', means: THOUGHT };
  if (CALL_MARK.test(found)) return { length: 0, state: 'call' };
  if (found === '[INST]' && before !== '') return { length, state: 'over' };
  return TOKEN.test(found) ? { length } : undefined;
}

function bareHeader(ahead: string, isWhole: boolean): Step | 'more' | undefined {
  if (!isWhole && BARE_HEADERS.some((head) => head.startsWith(ahead))) return 'more';
  const found = BARE_HEADER.exec(ahead);
  if (found === null) return undefined;
  const [{ length }, analysis, commentary] = found;
  if (commentary !== undefined) return { length: 0, state: 'call' };
  return analysis === undefined ? { length } : { length, state: 'thought', means: THOUGHT };
}

/** For a reader that has no use for anything but the text. */
export function textIn(notated: readonly Notated[]): string {
  return notated.map((each) => (each.kind === 'text' ? each.text : '')).join('');
}

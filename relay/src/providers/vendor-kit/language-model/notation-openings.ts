import { CALL_KEYS } from './written-calls.ts';

export type State =
  | { readonly kind: 'text' }
  | { readonly kind: 'thought'; readonly end: RegExp }
  /** Surely about a call. */
  | { readonly kind: 'call'; readonly end: RegExp }
  /** A call, or brackets that the answer is about. */
  | { readonly kind: 'brackets' }
  /** Code, or a call. */
  | { readonly kind: 'fence'; readonly end: string }
  /** What models write after a call: brackets that they have not opened. */
  | { readonly kind: 'closing' }
  /** The model goes on with what others would say. */
  | { readonly kind: 'over' };

/** What the next `length` characters are the beginning of. */
export interface Opening {
  readonly length: number;
  readonly state?: State;
  readonly said?: string;
  /** From here on the text stands between fences, or does no more. */
  readonly isFenced?: boolean;
}

export interface NotationContext {
  readonly ahead: string;
  readonly isEnd: boolean;
  /** The last character before, or an empty string. */
  readonly before: string;
  readonly hasSaid: boolean;
  /** The text stands between fences. */
  readonly isFenced: boolean;
  readonly tools: ReadonlySet<string>;
}

/** How the end of a thought without a beginning is given out, for `UntaggedThoughts`. */
const THOUGHT_END = '</think>';

const THOUGHTS = 'think|thinking|thoughts?|reasoning|reflection|scratchpad|seed:think';
const THOUGHT_TAG = new RegExp(String.raw`^<(${THOUGHTS})\s*>`, 'i');
const THOUGHT_END_TAG = new RegExp(String.raw`^</(?:${THOUGHTS})\s*>`, 'i');
const CALL_TAG =
  /^<((?:\w+:)?(?:tool_?calls?|function_?calls?|tool_code|tool_use|invoke|function))(?:>|=| name=)/i;
/** The header of a message of gpt-oss. */
const HARMONY =
  /^(?:<\|start\|>[^<>]{0,80})?<\|channel\|>([^<>]{0,80})(?:<\|constrain\|>[^<>]{0,40})?<\|message\|>/;
const HARMONY_SO_FAR =
  /^(?:<\|start\|>[^<>]*)?(?:<\|channel\|>[^<>]*(?:<\|constrain\|>[^<>]*)?)?(?:<[|\w]*)?$/;
const HARMONY_END = /<\|(?:end|return|call)\|>|(?=<\|(?:start|channel)\|>)/;
/** The header of a message of other models, with the role of who is to speak. */
const TURN =
  /^<(?:\|(?:im_start|start_header_id|start|turn)\|?|start_of_turn)>\s*([a-z]*)(?![a-z])/;
const TURN_SO_FAR = /^<(?:\|(?:im_start|start_header_id|start|turn)\|?|start_of_turn)>\s*[a-z]*$/;
const TOKEN =
  /^(?:<[|｜][^<>\n]{1,60}>|<[^<>|｜\s]{1,40}[|｜]>|<\/?(?:s|bos|eos|pad|unk|mask|start_of_turn|end_of_turn|start_of_image|end_of_image|(?:\w+:)?(?:tool_?calls?|function_?calls?|tool_code|tool_use|tool_response|invoke|function|parameter))>|<!--[^>]*-->|<<\/?SYS>>|<0x[\dA-F]{2}>)/i;
const CALL_TOKEN =
  /^<[|｜](?!.*(?:end|result|output))(?!\/).*(?:(?:tool|function).?calls?|python_tag|action|plugin)/i;
const CALL_END =
  /<[|｜]?\/?[^<>\s]{0,40}(?:call|action|plugin|section)[^<>\s]{0,4}end[|｜]?>|<[|｜]\/[^<>\s]+>|<\/[|｜][^<>\s]+calls?>|<[^<>|\s]+\|>|<\|(?:eom_id|eot_id|im_end|end|END_ACTION|action_end)\|>|<\/s>/i;
const THOUGHT_TOKEN = /^<[|｜](?!.*end)(?!\/).*(?:think|thought)/i;
const THOUGHT_END_TOKEN =
  /<(?:[|｜](?:\/|[^<>\s]*end)[^<>\s]*(?:think|thought)[^<>\s]*|channel\|)>/i;
const MARK_SO_FAR =
  /^<{1,2}(?:[|｜][^<>\n]{0,60}|\/?[a-z][\w:]*(?:[= ]["']?[\w.-]*["']?){0,2}[|｜]?|\/|!(?:-(?:-[^>]*)?)?|0x?[\dA-F]{0,2})?$/i;

const BRACKET_MARK =
  /^\[(\/?)(THINK|INST|TOOL_CALLS?|TOOL_RESULTS?|SYSTEM_PROMPT|BOS|EOS|PAD|UNK)\]/;
const BRACKET_SO_FAR = /^\[\/?[A-Z_]{0,16}$/;
const KEY = /^(?:\[\s*)?\{\s*["']([\w.-]{1,64})["']\s*:/;
const KEY_SO_FAR = /^(?:\[\s*)?(?:\{\s*)?(?:["'][\w.-]{0,64}["']?\s*)?$/;
/** What a model that answers in JSON calls its answer. */
export const ANSWER_KEYS = [
  'response',
  'answer',
  'reply',
  'text',
  'content',
  'message',
  'speech',
  'output',
];
const KEYS: ReadonlySet<string> = new Set([...CALL_KEYS, ...ANSWER_KEYS]);

const FENCE = /^(```|~~~)[ \t]*([^\s`]*)[^\n`]*\n([^\n]*)/;
const FENCE_SO_FAR = /^(?:`{1,2}|~{1,2}|(?:```|~~~)[^\n`]*)$/;
const FENCE_END = /^(?:```|~~~)[^\n`]*\n?/;
/** What models put around a text that is no code. */
const PROSE = /^(?:te?xt|plain\w*|markdown|md|none)$/i;
const CODE =
  /[;{}]\s*$|^\s*(?:[<{[$@/]|#[!i])|^\s*(?:def|class|import|from|const|let|var|func\w*|if|for|while|return|print|public|echo|npm|pip|git|sudo|curl|cd|SELECT)\b.*[\W_]|\w\(.*\)|\w\s*[:+-]?=\s*\S/;
const TRIANGLE = /^◁(\/?)think▷/;

/** gpt-oss whose tokens were left out: `analysis…assistantfinal…`. */
const BARE_ANALYSIS = /^(?:assistant)?analysis(?=[\p{L}\d"“])/u;
const BARE_FINAL = /^assistantfinal/;
const BARE_COMMENTARY = /^(?:assistant)?commentary\s+to=(?=\S)/;
const BARE_END = /assistant(?:final)|(?=assistant(?:commentary|analysis))/;
const BARE_CALL_END = /(?=assistant(?:final|analysis|commentary))/;
const soFar = (word: string): string =>
  [...word].reduceRight((rest, character) => `${character}(?:${rest}|$)`, '');
const BARE = ['final', 'analysis', 'commentary'].map((word) => soFar(`assistant${word}`)).join('|');
const TRIGGER = new RegExp(
  String.raw`[<[{◁\n]|(?<!\x60)\x60|(?<!~)~~|~$|(?<![\p{L}\d\s])(?:${BARE})`,
  'gu',
);

/**
 * @param from - where to look from; what is before it tells whether a word begins there
 * @returns where something may begin that is not text, such as a line; the end if there is none
 */
export function nextTrigger(text: string, from: number): number {
  TRIGGER.lastIndex = from;
  const found = TRIGGER.exec(text);
  if (found === null) return text.length;
  return found[0] === '\n' ? found.index + 1 : found.index;
}

/** @returns undefined if what comes next is text; `more` if more of it must be seen to know */
export function openingAt(context: NotationContext): Opening | 'more' | undefined {
  const { ahead, before } = context;
  const isStart = before === '' || before === '\n';
  const bare = isStart ? (bareCall(context) ?? bareHarmony(context)) : undefined;
  if (bare !== undefined) return bare;
  switch (ahead[0]) {
    case '<':
      // Between backticks it is what the answer is about.
      return before === '`' ? undefined : angle(context);
    case '[':
      return bracket(context) ?? brackets(context);
    case '{':
      return brackets(context);
    case '`':
    case '~':
      return fence(context);
    case '◁': {
      const found = TRIANGLE.exec(ahead);
      if (found === null) return !context.isEnd && ahead.length < 8 ? 'more' : undefined;
      if (found[1] === '/') return { length: found[0].length, said: THOUGHT_END };
      return { length: found[0].length, state: { kind: 'thought', end: /◁\/think▷/ } };
    }
    default:
      return bareHarmony(context);
  }
}

function angle({ ahead, isEnd }: NotationContext): Opening | 'more' | undefined {
  const header = HARMONY.exec(ahead);
  if (header !== null) {
    const [{ length }, channel] = header;
    if (/\bto=/.test(header[0]))
      return { length: 0, state: { kind: 'call', end: /<\|(?:call|end|return)\|>/ } };
    const isThought = /^\s*analysis/.test(channel!);
    return isThought ? { length, state: { kind: 'thought', end: HARMONY_END } } : { length };
  }
  if (!isEnd && /^<\|(?:start|channel)\|>/.test(ahead) && HARMONY_SO_FAR.test(ahead)) return 'more';
  if (!isEnd && TURN_SO_FAR.test(ahead)) return 'more';
  const turn = TURN.exec(ahead);
  if (turn !== null) {
    const isOwn = /^(?:assistant|model|ai|)$/.test(turn[1]!);
    return { length: turn[0].length, ...(!isOwn && { state: { kind: 'over' } }) };
  }
  const thought = THOUGHT_TAG.exec(ahead);
  if (thought !== null) {
    const end = new RegExp(String.raw`</${thought[1]}\s*>`, 'i');
    return { length: thought[0].length, state: { kind: 'thought', end } };
  }
  const thoughtEnd = THOUGHT_END_TAG.exec(ahead);
  if (thoughtEnd !== null) return { length: thoughtEnd[0].length, said: THOUGHT_END };
  const call = CALL_TAG.exec(ahead);
  if (call !== null)
    return { length: 0, state: { kind: 'call', end: new RegExp(`</${call[1]}>`, 'i') } };
  const token = TOKEN.exec(ahead)?.[0];
  if (token === undefined) return !isEnd && MARK_SO_FAR.test(ahead) ? 'more' : undefined;
  if (token.startsWith('<|channel>') || THOUGHT_TOKEN.test(token)) {
    return { length: token.length, state: { kind: 'thought', end: THOUGHT_END_TOKEN } };
  }
  if (CALL_TOKEN.test(token))
    return { length: token.length, state: { kind: 'call', end: CALL_END } };
  return THOUGHT_END_TOKEN.test(token)
    ? { length: token.length, said: THOUGHT_END }
    : { length: token.length };
}

function bracket({ ahead, isEnd, before, hasSaid }: NotationContext): Opening | 'more' | undefined {
  const found = BRACKET_MARK.exec(ahead);
  if (found === null) return !isEnd && BRACKET_SO_FAR.test(ahead) ? 'more' : undefined;
  if (before === '`') return undefined;
  const [{ length }, slash, name] = found;
  if (name === 'THINK') {
    if (slash === '/') return { length, said: THOUGHT_END };
    return { length, state: { kind: 'thought', end: /\[\/THINK\]/ } };
  }
  if (slash === '/') return { length };
  if (name!.startsWith('TOOL_CALL')) {
    return { length, state: { kind: 'call', end: /<\/s>|\[\/TOOL_CALLS?\]|\[EOS\]/ } };
  }
  // What a person would say next is not for the model to say.
  const isOver = name === 'INST' ? hasSaid : name === 'TOOL_RESULTS';
  return { length, ...(isOver && { state: { kind: 'over' } }) };
}

/** JSON, or a list of calls in Python. */
function brackets({ ahead, isEnd, tools }: NotationContext): Opening | 'more' | undefined {
  const key = KEY.exec(ahead)?.[1];
  if (key !== undefined) {
    return KEYS.has(key) || tools.has(key) ? { length: 0, state: { kind: 'brackets' } } : undefined;
  }
  const name = /^\[\s*([\w.]*)/.exec(ahead)?.[1] ?? '';
  const isKnown = tools.has(name.replace(/^.*\./, ''));
  if (isKnown && ahead.replace(/^\[\s*[\w.]*/, '').startsWith('(')) {
    return { length: 0, state: { kind: 'brackets' } };
  }
  if (isEnd) return undefined;
  const isName = /^\[\s*[\w.]+$/.test(ahead) && mayBeName(name, tools);
  return isName || KEY_SO_FAR.test(ahead) ? 'more' : undefined;
}

function mayBeName(text: string, tools: ReadonlySet<string>): boolean {
  return [...tools].some((name) => name.startsWith(text));
}

/** A call in Python, or as ReAct has it, on a line of its own. */
function bareCall({ ahead, isEnd, tools }: NotationContext): Opening | 'more' | undefined {
  // Phi names the module before the list.
  if (ahead.startsWith('functools[')) return { length: 9 };
  if (!isEnd && 'functools['.startsWith(ahead)) return 'more';
  const [{ length }, name] = /^[ \t]*(?:Action: *)?(\w*)/.exec(ahead)!;
  const rest = ahead.slice(length);
  if (ahead.startsWith('Action:') && tools.has(name!) && (rest !== '' || isEnd)) {
    return { length: 0, state: { kind: 'call', end: /\n(?=Observation:)/ } };
  }
  if (tools.has(name!) && rest.startsWith('(')) return { length: 0, state: { kind: 'brackets' } };
  const isAction = 'Action:'.startsWith(ahead) || ahead.startsWith('Action:');
  const mayBe =
    isAction || name !== '' ? mayBeName(name!, tools) || 'Action'.startsWith(name!) : false;
  return !isEnd && rest === '' && mayBe && tools.size > 0 ? 'more' : undefined;
}

/** Code is held back and left out, unless it is a call; a text between fences is given out. */
function fence({ ahead, isEnd, before, isFenced }: NotationContext): Opening | 'more' | undefined {
  if (isFenced) {
    if (!isEnd && FENCE_SO_FAR.test(ahead)) return 'more';
    const [{ length }] = FENCE_END.exec(ahead) ?? [''];
    return length === 0 ? undefined : { length, isFenced: false };
  }
  const found = FENCE.exec(ahead);
  if (found === null) return !isEnd && FENCE_SO_FAR.test(ahead) ? 'more' : undefined;
  const [whole, mark, language, line] = found;
  const isProse = PROSE.test(language!) || (language === '' && !CODE.test(line!));
  if (!isEnd && language === '' && whole.length === ahead.length) return 'more';
  // Another one is emphasis, or what is struck out.
  if (mark === '~~~' && before !== '' && before !== '\n') return undefined;
  const length = whole.length - line!.length;
  return isProse ? { length, isFenced: true } : { length, state: { kind: 'fence', end: mark! } };
}

function bareHarmony({
  ahead,
  isEnd,
  hasSaid,
  before,
}: NotationContext): Opening | 'more' | undefined {
  const isGlued = before !== '' && before !== '\n';
  const commentary = BARE_COMMENTARY.exec(ahead);
  if (commentary !== null) {
    return { length: commentary[0].length, state: { kind: 'call', end: BARE_CALL_END } };
  }
  if (isGlued || !hasSaid) {
    const final = BARE_FINAL.exec(ahead);
    if (final !== null) return { length: final[0].length, said: isGlued ? THOUGHT_END : '' };
    const analysis = BARE_ANALYSIS.exec(ahead);
    if (analysis !== null) {
      return { length: analysis[0].length, state: { kind: 'thought', end: BARE_END } };
    }
  }
  if (isEnd) return undefined;
  const heads = ['assistantfinal', 'assistantanalysis', 'assistantcommentary to='];
  if (!hasSaid) heads.push('analysis');
  if (!isGlued) heads.push('commentary to=');
  const mayBe = heads.some((head) => head.startsWith(ahead)) || ahead === 'assistantanalysis';
  return mayBe ? 'more' : undefined;
}

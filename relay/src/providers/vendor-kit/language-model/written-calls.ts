import { parseJson } from '../../../base/lib/json.ts';

/** A call of a tool that a model wrote as text. */
export interface WrittenCall {
  readonly name: string;
  /** A JSON object. */
  readonly input: string;
}

type Read = WrittenCall | 'lost';

const NAME_KEYS = ['name', 'tool_name', 'function_name', 'tool', 'function', 'action'];
const INPUT_KEYS = ['arguments', 'parameters', 'args', 'params', 'input', 'action_input'];
const WRAPPER_KEYS = ['tool_calls', 'tool_call', 'function_call', 'function', 'tool'];
/** What a written call may have as its first key. */
export const CALL_KEYS = [...NAME_KEYS, ...INPUT_KEYS, ...WRAPPER_KEYS, 'type', 'id'];

/** The name and the parameters as XML: Llama, Qwen's coder, MiniMax. */
const XML_CALL =
  /<(?:\w+:)?(?:function=|(?:invoke|function) name=)["']?([\w.-]+)["']?\s*>?([\s\S]*?)(?:<\/(?:\w+:)?(?:function|invoke)>|$)/g;
const XML_PARAMETER =
  /<parameter(?:=|\s+name=)["']?([\w.-]+)["']?[^>]*>([\s\S]*?)<\/parameter>|<arg_key>\s*([\w.-]+)\s*<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/g;
/** What stands between a name and its input in templates. */
const MARKS = /<[^<>]{0,80}>|\[CALL_ID\]\w*|\[[A-Z_]+\]|```\w*/g;

/**
 * Reads the calls out of what may be one, in any of the notations of open models: JSON (Hermes,
 * Llama, Mistral), a name before JSON (DeepSeek, Kimi, harmony, ReAct), XML, or Python.
 *
 * @param tools - the names of those that there are
 * @returns `lost`: a call that names no such tool, or whose input cannot be read; empty: no call
 */
export function writtenCalls(text: string, tools: ReadonlySet<string>): readonly Read[] {
  // DeepSeek's newer models mark their tags with it.
  const xml = text.replaceAll('｜DSML｜', '');
  const inXml = [...xml.matchAll(XML_CALL)].map(([, name, inner]) =>
    called(name!, xmlParameters(inner!) ?? inner!, tools),
  );
  if (inXml.length > 0) return inXml;
  const parameters = xmlParameters(text);
  // Gemma writes its quotation marks as a token.
  const bare = text.replaceAll('<|"|>', '"').replaceAll(MARKS, ' ');
  if (parameters !== undefined) return [called(/[\w.-]+/.exec(bare)?.[0] ?? '', parameters, tools)];
  return readsOf(bare, tools);
}

function readsOf(text: string, tools: ReadonlySet<string>): readonly Read[] {
  const reads: Read[] = [];
  let from = 0;
  for (let at = nextBracket(text, 0); at >= 0; at = nextBracket(text, from)) {
    const end = balancedEnd(text, at);
    const written = text.slice(at, end ?? text.length);
    const before = text.slice(from, at);
    from = end ?? text.length;
    const name = nameIn(before, tools);
    if (written.startsWith('(')) {
      if (name === undefined) from = at + 1;
      else reads.push(called(name, end === undefined ? undefined : keywords(written), tools));
    } else if (
      written.startsWith('[') &&
      name === undefined &&
      lenientJson(written) === undefined
    ) {
      // A list in Python; its calls follow.
      from = at + 1;
    } else {
      const value = lenientJson(written);
      const found = value === undefined ? [] : ofValue(value, tools);
      if (found.length > 0) reads.push(...found);
      else if (name !== undefined) reads.push(called(name, value, tools));
      else if (value === undefined && looksLikeCall(written, tools)) reads.push('lost');
    }
  }
  return reads;
}

function ofValue(value: unknown, tools: ReadonlySet<string>): Read[] {
  if (Array.isArray(value)) return value.flatMap((each) => ofValue(each, tools));
  if (!isObject(value)) return [];
  const wrapped = WRAPPER_KEYS.map((key) => value[key]).find((inner) => typeof inner === 'object');
  if (wrapped !== undefined && wrapped !== null) return ofValue(wrapped, tools);
  const name = NAME_KEYS.map((key) => value[key]).find((each) => typeof each === 'string');
  const inputKey = INPUT_KEYS.find((key) => Object.hasOwn(value, key));
  if (typeof name === 'string' && (inputKey !== undefined || tools.has(ownName(name)))) {
    return [called(name, inputKey === undefined ? {} : (value[inputKey] ?? {}), tools)];
  }
  const [[key, input] = ['', undefined], ...more] = Object.entries(value);
  return more.length === 0 && tools.has(key) ? [called(key, input, tools)] : [];
}

function called(written: string, input: unknown, tools: ReadonlySet<string>): Read {
  const name = ownName(written);
  const value = typeof input === 'string' ? lenientJson(input.trim() || '{}') : input;
  return tools.has(name) && isObject(value) ? { name, input: JSON.stringify(value) } : 'lost';
}

/** Without what templates put around it: `functions.set_timer:0`. */
function ownName(name: string): string {
  return name
    .replace(/^(?:functions?|default_api|tools?|call)[.:]/, '')
    .replace(/:\d+$|\.call$/, '');
}

/** The name that stands before an input; an unknown one only if it is written as a function's. */
function nameIn(before: string, tools: ReadonlySet<string>): string | undefined {
  const names = before.match(/[\p{L}_][\w.:-]*/gu) ?? [];
  const known = names.findLast((name) => tools.has(ownName(name)));
  return known ?? names.findLast((name) => /^functions?\.\w|\w_\w/.test(name));
}

/** Whether it would be a call if it were whole. */
export function looksLikeCall(text: string, tools: ReadonlySet<string>): boolean {
  const name = /["'](?:name|tool_name|function|tool|action)["']\s*:\s*["']([\w.:-]+)["']/.exec(
    text,
  );
  if (name === null) return false;
  return tools.has(ownName(name[1]!)) || /["'](?:arguments|parameters)["']\s*:/.test(text);
}

/** The input of a call in Python: `(seconds=5, label="tea")`. */
function keywords(written: string): object | undefined {
  const pair =
    /\s*(\w+)\s*=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\[[^\]]*\]|\{[^}]*\}|[^,()]+)\s*(?:,|$)/y;
  const inner = written.slice(1, -1).trim();
  const input: Record<string, unknown> = {};
  while (pair.lastIndex < inner.length) {
    const [, name, value] = pair.exec(inner) ?? [];
    if (name === undefined || value === undefined) return undefined;
    input[name] = scalar(value);
  }
  return input;
}

function xmlParameters(text: string): object | undefined {
  const pairs = [...text.matchAll(XML_PARAMETER)].map(
    ([, name, value, key, other]) => [name ?? key!, scalar(value ?? other!)] as const,
  );
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

function scalar(written: string): unknown {
  const value = written.trim();
  const single = /^'((?:[^'\\]|\\.)*)'$/.exec(value)?.[1];
  return single ?? lenientJson(value) ?? value;
}

/** JSON, or what models take for it: Python's words and quotation marks, bare keys, a last comma. */
function lenientJson(text: string): unknown {
  const strict = parseJson(text);
  if (strict !== undefined) return strict;
  const quoted = text.includes('"') ? text : text.replaceAll("'", '"');
  const [word] = /^(?:True|False|None)$/.exec(text) ?? [];
  if (word !== undefined) return { True: true, False: false, None: null }[word];
  return parseJson(
    quoted
      .replaceAll(/([{,]\s*)([A-Za-z_]\w*)\s*:/g, '$1"$2":')
      .replaceAll(/:\s*(True|False)\b/g, (_, bool: string) => `:${bool.toLowerCase()}`)
      .replaceAll(/:\s*None\b/g, ':null')
      .replaceAll(/,\s*([}\]])/g, '$1'),
  );
}

function nextBracket(text: string, from: number): number {
  const at = text.slice(from).search(/[[{(]/);
  return at < 0 ? -1 : from + at;
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/** @returns where the bracket at `from` has been closed; undefined if it has not been */
export function balancedEnd(text: string, from: number): number | undefined {
  const open: string[] = [];
  let quote = '';
  for (let at = from; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || (character === "'" && !/\w/.test(text[at - 1] ?? ''))) {
      quote = character;
    } else if (CLOSING[character] !== undefined) open.push(CLOSING[character]);
    else if (character === open.at(-1)) {
      open.pop();
      if (open.length === 0) return at + 1;
    }
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

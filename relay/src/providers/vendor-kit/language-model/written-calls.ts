import { isJsonObject, parseJson } from '../../../base/lib/json.ts';

/** What a model wrote as text. */
export type WrittenCall =
  | { readonly kind: 'call'; readonly name: string; readonly input: string }
  /** A call of a tool that there is not, or that cannot be read. */
  | { readonly kind: 'lost-call' };

type Tools = ReadonlySet<string>;

const NAME_KEYS = ['name', 'tool_name', 'function', 'tool'];
const INPUT_KEYS = ['arguments', 'parameters', 'args', 'input'];

const XML_CALL =
  /<(?:function=|(?:invoke|function) name=)["']?([\w.-]+)["']?\s*>([\s\S]*?)(?:<\/(?:function|invoke)>|$)/g;
const XML_PARAMETER = /<parameter(?:=|\s+name=)["']?([\w.-]+)[^>]*>([\s\S]*?)<\/parameter>/g;

/**
 * Reads the calls out of what may be one: XML, or JSON with the name in it or before it.
 *
 * @param tools - the names of those that there are
 * @returns each with a JSON object as its input; none if it is something else
 */
export function writtenCalls(text: string, tools: Tools): readonly WrittenCall[] {
  const inXml = [...text.matchAll(XML_CALL)].map(([, name, inner]) =>
    called(name!, xmlParameters(inner!) ?? (inner!.trim() || {}), tools),
  );
  return inXml.length > 0 ? inXml : jsonCalls(text, tools);
}

function jsonCalls(text: string, tools: Tools): WrittenCall[] {
  const reads: WrittenCall[] = [];
  let from = 0;
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', from)) {
    const end = objectEnd(text, at) ?? text.length;
    const value = parseJson(text.slice(at, end));
    // As DeepSeek, Kimi, Mistral and gpt-oss have it.
    const names = text.slice(from, at).match(/[\w.]+/g) ?? [];
    const name = names.findLast((each) => tools.has(ownName(each)));
    const found = callsIn(value, tools);
    if (found.length === 0 && name !== undefined) found.push(called(name, value, tools));
    reads.push(...found);
    from = end;
  }
  return reads;
}

function callsIn(value: unknown, tools: Tools): WrittenCall[] {
  if (Array.isArray(value)) return value.flatMap((each) => callsIn(each, tools));
  if (!isJsonObject(value)) return [];
  const name = NAME_KEYS.map((key) => value[key]).find((each) => typeof each === 'string');
  const inputKey = INPUT_KEYS.find((key) => Object.hasOwn(value, key));
  if (typeof name === 'string' && (inputKey !== undefined || tools.has(ownName(name)))) {
    return [called(name, value[inputKey ?? ''] ?? {}, tools)];
  }
  return Object.entries(value).flatMap(([key, inner]) =>
    tools.has(key) ? [called(key, inner, tools)] : callsIn(inner, tools),
  );
}

function called(written: string, input: unknown, tools: Tools): WrittenCall {
  const name = ownName(written);
  const value = typeof input === 'string' ? parseJson(input) : input;
  const isReadable = tools.has(name) && isJsonObject(value);
  return isReadable ? { kind: 'call', name, input: JSON.stringify(value) } : { kind: 'lost-call' };
}

/** Without the space that it stands in: `functions.set_timer`. */
function ownName(name: string): string {
  return name.replace(/^.*\./, '');
}

function xmlParameters(text: string): object | undefined {
  const pairs = [...text.matchAll(XML_PARAMETER)].map(([, name, value]) => {
    const written = value!.trim();
    return [name!, parseJson(written) ?? written] as const;
  });
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

/** @returns where the object that begins at `from` has ended; undefined if it has not */
export function objectEnd(text: string, from: number): number | undefined {
  const marks = /"(?:[^"\\]|\\.)*(?:"|$)|[{}]/gs;
  marks.lastIndex = from;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === '{') depth += 1;
    if (mark[0] === '}') depth -= 1;
    if (depth === 0) return marks.lastIndex;
  }
  return undefined;
}

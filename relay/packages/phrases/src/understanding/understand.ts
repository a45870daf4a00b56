import type { Capability } from '../capabilities/capability.ts';
import type { Understood } from '../capabilities/intent.ts';
import { tokensOf } from '../phrases/tokens.ts';

/** Words around a request that do not change what is asked, in tokens, longest first. */

const BEFORE = phrases(`
  please, kindly, hey, hi, hello, ok, okay, so, well, um, uh, and, now, then, alright, parley,
  computer, assistant, thanks, thank you, sorry, excuse me, good morning, good evening,
  good afternoon, hey there, hi there, hello there, great, cool, nice, perfect, all right, right,
  can you, could you, would you, will you, would you mind, can i, could i, may i, i want to,
  i would like to, i want you to, i would like you to, i need to know, i want to know,
  i would like to know, i need you to, do you know, do you happen to know, tell me, show me, just,
  let us, go ahead and, i wonder, any idea, give me, maybe, actually, say, quick question,
  one question, also, oh, can we, could we, i need to, help me, let me know, i have to,
  you know, like, but, quickly, i was wondering, can you help me, could you help me, sorry but`);

const AFTER = phrases(`
  please, parley, thanks, thank you, for me, right now, now, today, exactly, computer, then,
  if you can, if you please, again, equals, would you, could you, will you, just now,
  currently, at moment, at this moment, right this moment, if you do not mind, quickly,
  real quick, thank you very much, thanks lot, can you, for us, too, as well, instead, actually,
  do you know, by way`);

export interface Understanding extends Understood {
  readonly capability: Capability;
}

/** Finds the capability that understands the whole sentence, with or without its pleasantries. */
export function understand(
  text: string,
  capabilities: readonly Capability[],
): Understanding | undefined {
  const tokens = tokensOf(text.slice(0, LONGEST_UNDERSTOOD));
  return exactly(tokens, capabilities) ?? asLastResort(tokens, capabilities);
}

/**
 * Finds what each request of a sentence asks for: one, or several in a breath, as in "what time is
 * it and what's the date".
 *
 * @returns empty if any of it is not understood
 */
export function understandAll(
  text: string,
  capabilities: readonly Capability[],
): readonly Understanding[] {
  const tokens = tokensOf(text.slice(0, LONGEST_UNDERSTOOD));
  const one = exactly(tokens, capabilities);
  if (one !== undefined) return [one];
  const several = requestsIn(tokens, capabilities, { left: MAX_SPLITS });
  if (several.length > 0) return several;
  const lastResort = asLastResort(tokens, capabilities);
  return lastResort === undefined ? [] : [lastResort];
}

function requestsIn(
  tokens: readonly string[],
  capabilities: readonly Capability[],
  budget: { left: number },
): readonly Understanding[] {
  for (let at = 1; at < tokens.length && budget.left > 0; at += 1) {
    const isLinked = LINKS.has(tokens[at]!);
    if (!isLinked && !QUESTION_WORDS.has(tokens[at]!)) continue;
    budget.left -= 1;
    const first = exactly(tokens.slice(0, at), capabilities);
    if (first === undefined) continue;
    const rest = tokens.slice(isLinked ? at + 1 : at);
    const next = exactly(rest, capabilities);
    const others = next === undefined ? requestsIn(rest, capabilities, budget) : [next];
    if (others.length > 0) return [first, ...others];
  }
  return [];
}

/** What may join two requests … */
const LINKS: ReadonlySet<string> = new Set(['and', 'then', 'also']);
/** … or begin the second one, if it is not joined. */
const QUESTION_WORDS: ReadonlySet<string> = new Set(
  'what how when is spell set start tell flip toss roll cancel stop add convert remind can could who do pick'.split(
    ' ',
  ),
);
/** Places to try in one message. */
const MAX_SPLITS = 12;

function exactly(
  tokens: readonly string[],
  capabilities: readonly Capability[],
): Understanding | undefined {
  return firstOf([...withoutPleasantries(tokens)], capabilities, false);
}

function asLastResort(
  tokens: readonly string[],
  capabilities: readonly Capability[],
): Understanding | undefined {
  return firstOf([...withoutPleasantries(tokens)].toReversed(), capabilities, true);
}

function firstOf(
  candidates: readonly (readonly string[])[],
  capabilities: readonly Capability[],
  lastResort: boolean,
): Understanding | undefined {
  for (const tokens of candidates) {
    for (const capability of capabilities) {
      for (const intent of capability.intents) {
        if (intent.lastResort !== lastResort) continue;
        const understood = intent.understand(tokens);
        if (understood !== undefined) return { capability, ...understood };
      }
    }
  }
  return undefined;
}

/** No phrase is longer, characters; the rest of a long message is not worth reading. */
const LONGEST_UNDERSTOOD = 400;

/** The sentence as it is, then with ever more of its pleasantries taken off, front and back. */
function* withoutPleasantries(tokens: readonly string[]): Generator<readonly string[]> {
  let rest = tokens;
  while (rest.length > 0) {
    yield rest;
    const before = BEFORE.find((phrase) => phrase.every((word, index) => rest[index] === word));
    const after = AFTER.find((phrase) =>
      phrase.every((word, index) => rest[rest.length - phrase.length + index] === word),
    );
    const shorter = after === undefined ? rest : rest.slice(0, rest.length - after.length);
    if (before === undefined && after === undefined) return;
    // "Now" may matter at one end only, so each end is also tried alone.
    if (before !== undefined && after !== undefined && shorter.length > 0) {
      yield shorter;
      yield rest.slice(before.length);
    }
    rest = before === undefined ? shorter : rest.slice(before.length);
  }
}

function phrases(list: string): string[][] {
  return list
    .split(',')
    .map((text) => text.trim().split(/\s+/))
    .toSorted((a, b) => b.length - a.length);
}

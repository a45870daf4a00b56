import type { Capability } from '../capabilities/capability.ts';
import type { Understood } from '../capabilities/intent.ts';
import { isOneWordChanged, smallWordsEnd, phrasesIn } from '../phrases/match.ts';
import { tokensOf } from '../phrases/tokens.ts';

/** Words around a request that do not change what is asked, in tokens, longest first. */

const BEFORE = phrasesIn(`
  please, kindly, hey, hi, hello, ok, okay, so, well, um, uh, and, now, then, alright, parley,
  computer, assistant, thanks, thank you, sorry, excuse me, good morning, good evening,
  good afternoon, hey there, hi there, hello there, great, cool, nice, perfect, all right, right,
  can you, could you, would you, will you, would you mind, can i, could i, may i, i want to,
  i would like to, i want you to, i would like you to, i need to know, i want to know,
  i would like to know, i need you to, do you know, do you happen to know, tell me, show me, just,
  let us, go ahead and, i wonder, any idea, give me, maybe, actually, say, quick question,
  one question, also, oh, can we, could we, i need to, help me, let me know, i have to,
  you know, like, but, quickly, i was wondering, can you help me, could you help me, sorry but,
  have, get, hear, know, see, ask, ask you, get me, i am looking for, have you got, got,
  i would love to, i could use, let me,
  do you have, do you have idea, do you think you could, do you think you can, do you mind,
  would you mind telling me, mind telling me, is it possible to, would it be possible to,
  would it be possible for you to, is there chance you could, chance you could, chance you can,
  is there way you could, i was hoping you could, i was wondering if you could, feel free to,
  do me favor and, can you do me favor and, could you do me favor and, be so kind as to,
  would you be so kind as to, could you be so kind as to, be so kind and, go on and, how about,
  why do not you, i wonder if you could, see if you can, try to, if you could, if possible`);

const AFTER = phrasesIn(`
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
  return (
    request(tokens, capabilities, false) ??
    request(tokens, capabilities, true) ??
    asLastResort(tokens, capabilities)
  );
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
  for (const isLenient of [false, true]) {
    const one = request(tokens, capabilities, isLenient);
    if (one !== undefined) return [one];
    const several = requestsIn(tokens, capabilities, isLenient, { left: MAX_SPLITS });
    if (several.length > 0) return several;
  }
  const lastResort = asLastResort(tokens, capabilities);
  return lastResort === undefined ? [] : [lastResort];
}

function requestsIn(
  tokens: readonly string[],
  capabilities: readonly Capability[],
  isLenient: boolean,
  budget: { left: number },
): readonly Understanding[] {
  for (let at = 1; at < tokens.length && budget.left > 0; at += 1) {
    const isLinked = LINKS.has(tokens[at]!);
    if (!isLinked && !QUESTION_WORDS.has(tokens[at]!)) continue;
    budget.left -= 1;
    const first = request(tokens.slice(0, at), capabilities, isLenient);
    if (first === undefined) continue;
    const rest = tokens.slice(isLinked ? at + 1 : at);
    const next = request(rest, capabilities, isLenient);
    const others = next === undefined ? requestsIn(rest, capabilities, isLenient, budget) : [next];
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

function request(
  tokens: readonly string[],
  capabilities: readonly Capability[],
  isLenient: boolean,
): Understanding | undefined {
  const isSmall = (_: string, at: number) => smallWordsEnd(tokens, at) !== undefined;
  if (isLenient && !tokens.some(isSmall)) return undefined;
  const candidates = [...withoutPleasantries(tokens, isLenient)];
  const worthy = isLenient ? candidates.filter((rest) => !isOneWordChanged(rest)) : candidates;
  return firstOf(worthy, capabilities, { isLenient, lastResort: false });
}

function asLastResort(
  tokens: readonly string[],
  capabilities: readonly Capability[],
): Understanding | undefined {
  const candidates = [...withoutPleasantries(tokens, false)].toReversed();
  return firstOf(candidates, capabilities, { isLenient: false, lastResort: true });
}

function firstOf(
  candidates: readonly (readonly string[])[],
  capabilities: readonly Capability[],
  { isLenient, lastResort }: { readonly isLenient: boolean; readonly lastResort: boolean },
): Understanding | undefined {
  for (const tokens of candidates) {
    for (const capability of capabilities) {
      for (const intent of capability.intents) {
        if (intent.lastResort !== lastResort) continue;
        const understood = intent.understand(tokens, isLenient);
        if (understood !== undefined) return { capability, ...understood };
      }
    }
  }
  return undefined;
}

/** No phrase is longer, characters; the rest of a long message is not worth reading. */
const LONGEST_UNDERSTOOD = 400;

/** The sentence as it is, then with ever more of its pleasantries taken off, front and back. */
function* withoutPleasantries(
  tokens: readonly string[],
  isLenient: boolean,
): Generator<readonly string[]> {
  let rest = tokens;
  while (rest.length > 0) {
    yield rest;
    const before = openingEnd(rest, isLenient);
    const after = AFTER.find((phrase) =>
      phrase.every((word, index) => rest[rest.length - phrase.length + index] === word),
    );
    const shorter = after === undefined ? rest : rest.slice(0, rest.length - after.length);
    if (before === undefined && after === undefined) return;
    // "Now" may matter at one end only, so each end is also tried alone.
    if (before !== undefined && after !== undefined && shorter.length > 0) {
      yield shorter;
      yield rest.slice(before);
    }
    rest = before === undefined ? shorter : rest.slice(before);
  }
}

/** Where the longest pleasantry at the beginning ends; undefined if there is none. */
function openingEnd(tokens: readonly string[], isLenient: boolean): number | undefined {
  const passOver = isLenient ? smallWordsEnd : () => undefined;
  for (const phrase of BEFORE) {
    let at: number | undefined = 0;
    for (const word of phrase) {
      while (at !== undefined && tokens[at] !== word) at = passOver(tokens, at);
      if (at !== undefined) at += 1;
    }
    if (at !== undefined) return at;
  }
  return undefined;
}

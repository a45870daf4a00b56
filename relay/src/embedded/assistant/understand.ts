import type { Capability } from '../../capabilities/capability.ts';
import type { Answer } from '../../capabilities/intent.ts';
import { tokensOf } from '../../phrases/tokens.ts';

export interface Understanding {
  readonly capability: Capability;
  readonly answer: Answer;
}

/** Finds the capability that understands the whole sentence, with or without its pleasantries. */
export function understand(
  text: string,
  capabilities: readonly Capability[],
): Understanding | undefined {
  const candidates = [...withoutPleasantries(tokensOf(text.slice(0, LONGEST_UNDERSTOOD)))];
  return (
    firstAnswer(candidates, capabilities, false) ??
    firstAnswer(candidates.toReversed(), capabilities, true)
  );
}

function firstAnswer(
  candidates: readonly (readonly string[])[],
  capabilities: readonly Capability[],
  lastResort: boolean,
): Understanding | undefined {
  for (const tokens of candidates) {
    for (const capability of capabilities) {
      for (const intent of capability.intents) {
        if (intent.lastResort !== lastResort) continue;
        const answer = intent.understand(tokens);
        if (answer !== undefined) return { capability, answer };
      }
    }
  }
  return undefined;
}

/** No phrase is longer, characters; the rest of a long message is not worth reading. */
const LONGEST_UNDERSTOOD = 400;

const BEFORE = phrases(`
  please, kindly, hey, hi, hello, ok, okay, so, well, um, uh, and, now, then, alright, parley,
  computer, assistant, thanks, thank you, sorry, excuse me, good morning, good evening,
  can you, could you, would you, will you, would you mind, can i, could i, may i, i want to,
  i would like to, i want you to, i would like you to, i need to know, i want to know,
  i would like to know, do you know, tell me, show me, just, let us, go ahead and, i wonder,
  any idea, give me, maybe, actually`);
const AFTER = phrases(`
  please, parley, thanks, thank you, for me, right now, now, today, exactly, computer, then,
  if you can, if you please, again, equals, would you, could you, will you, just now,
  currently`);

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
    if (before !== undefined && after !== undefined && shorter.length > 0) yield shorter;
    rest = before === undefined ? shorter : rest.slice(before.length);
  }
}

/** Longest first, so that "thank you" is not taken for less. */
function phrases(list: string): string[][] {
  return list
    .split(',')
    .map((text) => text.trim().split(' '))
    .toSorted((a, b) => b.length - a.length);
}

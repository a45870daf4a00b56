import type { Capability } from '../capabilities/capability.ts';
import { CAPABILITIES } from '../capabilities/index.ts';
import type { Template } from '../phrases/template.ts';
import { tokensOf } from '../phrases/tokens.ts';
import { pick } from '../phrases/wording.ts';
import { SUGGESTIONS } from './suggestions.ts';

const SPOKEN = "I didn't catch that.";
const TYPED = 'I did not understand that.';
const AGAIN = 'Sorry, not that either.';

/** Whether a reply says that nothing was understood. It may also answer other questions before. */
export function isRefusal(reply: string): boolean {
  return [SPOKEN, TYPED, AGAIN].some((refusal) => reply.includes(refusal));
}

/**
 * What to say to words that are not understood, or to speech that was not recognised (`text` is
 * then empty): two things that can be asked, of the nearest topic if there is one. A second time in
 * a row the person has just heard that, so that it would only hold them up.
 */
export function refusalOf(
  { text, isAgain }: { readonly text: string; readonly isAgain: boolean },
  random: () => number,
): string {
  if (isAgain) return AGAIN;
  const [first, second] = examplesFor(text, random);
  const opening = text.trim() === '' ? SPOKEN : TYPED;
  return `${opening} I understand things like: ${first} Or: ${second}`;
}

function examplesFor(text: string, random: () => number): readonly [string, string] {
  const [first, second] = nearestCapability(text)?.examples ?? [];
  if (first !== undefined && second !== undefined) return [first, second];
  const drawn = first ?? pick(SUGGESTIONS, random);
  const others = SUGGESTIONS.filter((suggestion) => suggestion !== drawn);
  return [drawn, others[Math.floor(random() * others.length)] ?? drawn];
}

/** The capability whose own words the text holds; undefined if it holds none. */
export function nearestCapability(text: string): Capability | undefined {
  const tokens = new Set(tokensOf(text.slice(0, LONGEST_READ)));
  let nearest: { capability: Capability; score: number } | undefined;
  for (const [capability, words] of WORDS_OF) {
    let score = 0;
    for (const token of tokens) {
      if (!words.has(token)) continue;
      const sharers = [...WORDS_OF.values()].filter((others) => others.has(token)).length;
      // A word that half of them use, such as "what", says nothing.
      if (sharers <= MAX_SHARERS) score += 1 / sharers;
    }
    if (score > (nearest?.score ?? 0)) nearest = { capability, score };
  }
  return nearest?.capability;
}

/** Whether it is about the conversation itself. */
export function isSmallTalk({ name }: Capability): boolean {
  return ['control', 'small-talk', 'help'].includes(name);
}

const LONGEST_READ = 400;
const MAX_SHARERS = 2;

const WORDS_OF: ReadonlyMap<Capability, ReadonlySet<string>> = new Map(
  CAPABILITIES.filter((capability) => !isSmallTalk(capability)).map((capability) => [
    capability,
    new Set(capability.intents.flatMap(({ templates }) => templates.flatMap(tokensIn))),
  ]),
);

function tokensIn(template: Template): readonly string[] {
  switch (template.kind) {
    case 'word':
      return template.tokens;
    case 'reference':
      return [];
    case 'sequence':
      return template.items.flatMap(tokensIn);
    case 'choice':
      return template.options.flatMap(tokensIn);
    case 'optional':
      return tokensIn(template.item);
  }
}

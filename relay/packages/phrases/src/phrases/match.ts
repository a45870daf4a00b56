import type { Reading, Slot } from './slot.ts';
import type { Template } from './template.ts';

export type SlotTable = Readonly<Record<string, Slot<unknown>>>;
export type SlotValues = Readonly<Record<string, unknown>>;

/**
 * Reads all of `tokens` as the template; undefined if that cannot be done.
 *
 * @param isLenient - small words that the template does not have are passed over
 */
export function matchTemplate(
  template: Template,
  tokens: readonly string[],
  slots: SlotTable,
  isLenient: boolean,
): SlotValues | undefined {
  const input = { tokens, slots, isLenient, budget: { left: MAX_STEPS } };
  for (const { value, end } of readTemplate(template, input, 0)) {
    for (const last of startsFrom(end, input)) if (last === tokens.length) return value;
  }
  return undefined;
}

/** Typed text may be 2,000 characters of anything; the match of a real sentence takes a few hundred steps. */
const MAX_STEPS = 20_000;

interface Input {
  readonly tokens: readonly string[];
  readonly slots: SlotTable;
  readonly isLenient: boolean;
  readonly budget: { left: number };
}

/** Where the next word may stand: here, and behind small words. */
function* startsFrom(
  at: number,
  { tokens, isLenient }: Pick<Input, 'tokens' | 'isLenient'>,
): Generator<number> {
  yield at;
  const end = isLenient ? smallWordsEnd(tokens, at) : undefined;
  if (end !== undefined) yield* startsFrom(end, { tokens, isLenient });
}

function* readTemplate(
  template: Template,
  input: Input,
  at: number,
): Generator<Reading<SlotValues>> {
  if (input.budget.left <= 0) return;
  input.budget.left -= 1;
  switch (template.kind) {
    case 'word':
      for (const start of startsFrom(at, input)) {
        if (template.tokens.every((token, index) => input.tokens[start + index] === token)) {
          yield { value: {}, end: start + template.tokens.length };
        }
      }
      return;
    case 'reference':
      for (const start of startsFrom(at, input)) {
        for (const { value, end } of input.slots[template.name]?.read(input.tokens, start) ?? []) {
          yield { value: { [template.name]: value }, end };
        }
      }
      return;
    case 'choice':
      for (const option of template.options) yield* readTemplate(option, input, at);
      return;
    case 'optional':
      yield* readTemplate(template.item, input, at);
      yield { value: {}, end: at };
      return;
    case 'sequence':
      yield* readSequence(template.items, 0, input, at);
  }
}

function* readSequence(
  items: readonly Template[],
  index: number,
  input: Input,
  at: number,
): Generator<Reading<SlotValues>> {
  const item = items[index];
  if (item === undefined) {
    yield { value: {}, end: at };
    return;
  }
  for (const first of readTemplate(item, input, at)) {
    for (const rest of readSequence(items, index + 1, input, first.end)) {
      yield { value: { ...first.value, ...rest.value }, end: rest.end };
    }
  }
}

/** Words that change nothing of what is asked, wherever they stand; in tokens, so without articles. */
const ANYWHERE = Map.groupBy(
  phrasesIn(`
  just, maybe, perhaps, possibly, actually, really, very, quite, pretty, super, kind of, sort of,
  kinda, sorta, like, please, kindly, um, uh, er, erm, well, so, you know, i mean, i guess,
  basically, literally, simply, only, even, still, already, also, quickly, real quick, right quick,
  any, some, somehow, about, around, roughly, approximately, exactly, precisely, or so,
  or something, or something like that, or whatever, for me, for us, by chance, by any chance,
  if possible, if you can, if you could, if you would, if you do not mind, if you like,
  bit, little bit, at all, right now, right away`),
  ([first]) => first,
);

const EXACT = 'exact precise correct accurate actual current local official'.split(' ');
/** Adjectives that a thing may have without being another thing. */
const ADJECTIVES = new Set([
  ...EXACT,
  ...`good great nice cool lovely decent proper quick short brief little small tiny simple easy
  basic normal regular standard new fresh random fun funny silly interesting loud gentle soft quiet
  early fair lucky special different separate single whole`.split(/\s+/),
]);
/** "How good are you" asks for it, and "what is a good time" is another question. */
const ASKS_FOR_ADJECTIVE = 'how';
const CHANGED_BY_ADJECTIVE: ReadonlySet<string> = new Set(['time', 'date', 'day']);

/** The position behind the small words at `at`, the most of them; undefined if none stands there. */
export function smallWordsEnd(tokens: readonly string[], at: number): number | undefined {
  const small = ANYWHERE.get(tokens[at])?.find((words) =>
    words.every((word, index) => tokens[at + index] === word),
  );
  if (small !== undefined) return at + small.length;
  const [before, adjective = '', noun] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  if (!ADJECTIVES.has(adjective) || before === ASKS_FOR_ADJECTIVE) return undefined;
  if (noun === undefined) return undefined;
  return CHANGED_BY_ADJECTIVE.has(noun) && !EXACT.includes(adjective) ? undefined : at + 1;
}

/** Whether one word remains, which others than adjectives would change: "any time" is no question. */
export function isOneWordChanged(tokens: readonly string[]): boolean {
  let words = 0;
  for (let at = 0; at < tokens.length;) {
    const end = ADJECTIVES.has(tokens[at]!) ? undefined : smallWordsEnd(tokens, at);
    if (end === undefined) words += 1;
    at = end ?? at + 1;
  }
  return words === 1 && tokens.length > 1;
}

/** Whether it is a small word by itself. */
export function isSmallWord(word: string): boolean {
  return ADJECTIVES.has(word) || ANYWHERE.get(word)?.at(-1)?.length === 1;
}

/** The words of each entry of a list, longest first. */
export function phrasesIn(list: string): readonly (readonly string[])[] {
  return list
    .split(',')
    .map((text) => text.trim().split(/\s+/))
    .toSorted((a, b) => b.length - a.length);
}

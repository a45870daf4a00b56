/** Words that change nothing of what is asked, wherever they stand; in tokens, so without articles. */
const ANYWHERE = Map.groupBy(
  wordsOf(`
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
export function wordsOf(list: string): readonly (readonly string[])[] {
  return list
    .split(',')
    .map((text) => text.trim().split(/\s+/))
    .toSorted((a, b) => b.length - a.length);
}

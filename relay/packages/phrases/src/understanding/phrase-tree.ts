import type { Template } from '../phrases/template.ts';

/**
 * Phrases merged at their common beginnings. A recogniser follows every branch of its grammar at
 * once, so `what time is it` and `what year is it` are cheaper with one `what` than with two.
 */
export interface PhraseTree {
  /** A word or a `<rule>` → what may follow it. */
  readonly branches: Map<string, PhraseTree>;
  /** Whether a phrase may end here. */
  complete: boolean;
}

export function emptyPhraseTree(): PhraseTree {
  return { branches: new Map(), complete: false };
}

/** `ruleName` gives each reference the name of the rule behind it. */
export function addPhrase(
  tree: PhraseTree,
  phrase: Template,
  ruleName: (reference: string) => string,
): void {
  for (const symbols of sequencesOf(phrase, ruleName)) {
    let at = tree;
    for (const symbol of withContractions(symbols)) {
      const next = at.branches.get(symbol) ?? emptyPhraseTree();
      at.branches.set(symbol, next);
      at = next;
    }
    at.complete = true;
  }
}

/** The whole tree as a JSGF expansion; branches that go on alike are written once. */
export function phrasesToJsgf({ branches }: PhraseTree): string {
  const symbolsBefore = new Map<string, string[]>();
  for (const [symbol, tree] of branches) {
    const rest = tree.branches.size === 0 ? '' : phrasesToJsgf(tree);
    const continuation = rest !== '' && tree.complete ? `[${rest}]` : rest;
    symbolsBefore.set(continuation, [...(symbolsBefore.get(continuation) ?? []), symbol]);
  }
  const options = [...symbolsBefore].map(([rest, symbols]) => ({ head: choice(symbols), rest }));
  const whole = ({ head, rest }: (typeof options)[number]): string => `${head} ${rest}`.trim();
  // "Random number …" beside "number …" is "[random] number …".
  const skippable = new Set(options.map(({ rest }) => rest).filter((rest) => rest !== ''));
  return choice(
    options
      .filter((option) => !skippable.has(whole(option)))
      .map((option) =>
        options.some((other) => whole(other) === option.rest)
          ? `[${option.head}] ${option.rest}`
          : whole(option),
      ),
  );
}

/**
 * The first words, up to `depth`, of phrases that must go on for a while.
 *
 * @returns a JSGF expansion, or undefined if there are none
 */
export function openingsToJsgf({ branches }: PhraseTree, depth: number): string | undefined {
  if (depth === 0) return undefined;
  const openings: string[] = [];
  for (const [symbol, tree] of branches) {
    if (isRule(symbol)) continue;
    const longer = openingsToJsgf(tree, depth - 1);
    if (lettersToCome(tree) >= MIN_LETTERS_TO_COME) {
      openings.push(longer === undefined ? symbol : `${symbol} [${longer}]`);
    } else if (longer !== undefined) {
      openings.push(`${symbol} ${longer}`);
    }
  }
  return openings.length === 0 ? undefined : choice(openings);
}

/** Fewer letters than in "the time" are so little sound that any phones would fit as well. */
const MIN_LETTERS_TO_COME = 7;
/** What a rule counts for; the shortest number or place is short, but most are not. */
const LETTERS_IN_RULE = 8;

/** Letters in the shortest way to end a phrase from here. */
function lettersToCome({ branches, complete }: PhraseTree): number {
  if (complete) return 0;
  const ways = [...branches].map(([symbol, tree]) => {
    return (isRule(symbol) ? LETTERS_IN_RULE : symbol.length) + lettersToCome(tree);
  });
  return Math.min(...ways);
}

function isRule(symbol: string): boolean {
  return symbol.startsWith('<');
}

function choice(options: readonly string[]): string {
  return options.length === 1 ? options[0]! : `(${options.join(' | ')})`;
}

/** Every way through the template, as words and `<rules>`. */
function sequencesOf(template: Template, ruleName: (reference: string) => string): string[][] {
  switch (template.kind) {
    case 'word':
      return [[template.word]];
    case 'reference':
      return [[`<${ruleName(template.name)}>`]];
    case 'optional':
      return [...sequencesOf(template.item, ruleName), []];
    case 'choice':
      return template.options.flatMap((option) => sequencesOf(option, ruleName));
    case 'sequence':
      return template.items.reduce<string[][]>(
        (heads, item) =>
          heads.flatMap((head) => sequencesOf(item, ruleName).map((tail) => [...head, ...tail])),
        [[]],
      );
  }
}

const WHAT_IS = "(what is | what's)";

/** Phrases are written out in full; what people contract is listened for either way. */
function withContractions(symbols: readonly string[]): string[] {
  return symbols.reduce<string[]>((before, symbol) => {
    return symbol === 'is' && before.at(-1) === 'what'
      ? [...before.slice(0, -1), WHAT_IS]
      : [...before, symbol];
  }, []);
}

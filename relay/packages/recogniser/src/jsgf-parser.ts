/**
 * Reads JSGF rule definitions ("JSpeech Grammar Format", W3C Note, 2000): sequences, weighted
 * alternatives, groups, optional parts, `+` and `*`. Tags and imports are not read.
 */

/** Alternatives, each with its weight beside the others. An optional part has one that is `NULL`. */
export type Expansion = readonly Alternative[];

export interface Alternative {
  readonly weight: number;
  readonly items: readonly Item[];
}

export type Item =
  | { readonly kind: 'word'; readonly word: string }
  /** `NULL` is among them: what is always matched, by nothing. */
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'group'; readonly expansion: Expansion }
  | { readonly kind: 'repeated'; readonly item: Item; readonly atLeast: 0 | 1 };

const SYMBOL = /\/[\d.eE+-]+\/|<[^>]*>|[()[\]|=;+*]|[^\s()[\]|<>=;+*/]+/g;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const NOTHING: Alternative = { weight: 1, items: [{ kind: 'rule', name: 'NULL' }] };
const BRACKETS = { '(': ')', '[': ']' } as const;

export function withoutComments(rules: string): string {
  return rules.replaceAll(COMMENT, ' ');
}

/**
 * @param rules - `<name> = expansion;`, any number of them
 * @throws SyntaxError that says what is missing, and its place
 */
export function parseJsgf(rules: string): ReadonlyMap<string, Expansion> {
  const symbols = withoutComments(rules).match(SYMBOL) ?? [];
  let position = 0;

  const take = (expected: string): void => {
    if (symbols[position] !== expected) {
      const found = symbols.slice(position, position + 3).join(' ') || 'the end';
      throw new SyntaxError(`Expected "${expected}" before "${found}"`);
    }
    position += 1;
  };

  const expansion = (): Expansion => {
    const alternatives = [alternative()];
    while (symbols[position] === '|') {
      position += 1;
      alternatives.push(alternative());
    }
    return alternatives;
  };

  const alternative = (): Alternative => {
    const weight = /^\/(.*)\/$/.exec(symbols[position] ?? '')?.[1];
    if (weight !== undefined) position += 1;
    const items: Item[] = [];
    for (;;) {
      const symbol = symbols[position];
      if (symbol === undefined || '|)];'.includes(symbol)) break;
      items.push(repeated(item(symbol)));
    }
    if (items.length === 0) throw new SyntaxError('An alternative is empty');
    return { weight: weight === undefined ? 1 : Number(weight), items };
  };

  const repeated = (item: Item): Item => {
    const symbol = symbols[position];
    if (symbol !== '+' && symbol !== '*') return item;
    position += 1;
    return { kind: 'repeated', item, atLeast: symbol === '+' ? 1 : 0 };
  };

  const item = (symbol: string): Item => {
    position += 1;
    if (symbol === '(' || symbol === '[') {
      const inner = expansion();
      take(BRACKETS[symbol]);
      return { kind: 'group', expansion: symbol === '(' ? inner : [NOTHING, ...inner] };
    }
    if (symbol.startsWith('<')) return { kind: 'rule', name: symbol.slice(1, -1) };
    if (/^\W$|^\//.test(symbol)) throw new SyntaxError(`Unexpected "${symbol}"`);
    return { kind: 'word', word: symbol };
  };

  const found = new Map<string, Expansion>();
  while (position < symbols.length) {
    const name = /^<(.*)>$/.exec(symbols[position]!)?.[1];
    if (name === undefined) throw new SyntaxError(`"${symbols[position]}" begins no rule`);
    position += 1;
    take('=');
    found.set(name, expansion());
    take(';');
  }
  return found;
}

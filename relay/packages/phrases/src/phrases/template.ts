import { tokensOf } from './tokens.ts';

/**
 * A phrase with choices and blanks, written as in JSGF: `(what is | what's) <sum> [please]`.
 *
 * Word nodes keep the word for the recogniser beside its tokens for the matcher, so `what's` is
 * heard as one word and read as two, and `the` is heard but not required.
 */
export type Template =
  | { readonly kind: 'word'; readonly word: string; readonly tokens: readonly string[] }
  | { readonly kind: 'reference'; readonly name: string }
  | { readonly kind: 'sequence'; readonly items: readonly Template[] }
  | { readonly kind: 'choice'; readonly options: readonly Template[] }
  | { readonly kind: 'optional'; readonly item: Template };

/** @throws SyntaxError if brackets do not match: templates are constants, so that is a bug. */
export function parseTemplate(source: string): Template {
  const symbols = source.match(/<\w+>|[()[\]|]|[^\s()[\]|<>]+/g) ?? [];
  let position = 0;

  const choice = (): Template => {
    const options = [sequence()];
    while (symbols[position] === '|') {
      position += 1;
      options.push(sequence());
    }
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  };

  const sequence = (): Template => {
    const items: Template[] = [];
    for (;;) {
      const symbol = symbols[position];
      if (symbol === undefined || symbol === '|' || symbol === ')' || symbol === ']') break;
      position += 1;
      items.push(item(symbol));
    }
    if (items.length === 0) throw new SyntaxError(`Empty alternative in "${source}"`);
    return items.length === 1 ? items[0]! : { kind: 'sequence', items };
  };

  const item = (symbol: string): Template => {
    if (symbol === '(') return closed(choice(), ')');
    if (symbol === '[') return { kind: 'optional', item: closed(choice(), ']') };
    if (symbol.startsWith('<')) return { kind: 'reference', name: symbol.slice(1, -1) };
    return { kind: 'word', word: symbol, tokens: tokensOf(symbol) };
  };

  const closed = (inner: Template, bracket: string): Template => {
    if (symbols[position] !== bracket) throw new SyntaxError(`Missing ${bracket} in "${source}"`);
    position += 1;
    return inner;
  };

  const whole = choice();
  if (position !== symbols.length)
    throw new SyntaxError(`Unexpected ${symbols[position]} in "${source}"`);
  return whole;
}

/** Writes a template as a JSGF expansion, each reference under the rule name it is given. */
export function templateToJsgf(
  template: Template,
  ruleName: (reference: string) => string,
): string {
  switch (template.kind) {
    case 'word':
      return template.word;
    case 'reference':
      return `<${ruleName(template.name)}>`;
    case 'sequence':
      return template.items.map((item) => templateToJsgf(item, ruleName)).join(' ');
    case 'choice':
      return `(${template.options.map((option) => templateToJsgf(option, ruleName)).join(' | ')})`;
    case 'optional':
      return `[${templateToJsgf(template.item, ruleName)}]`;
  }
}

/** The references that are filled with any alternatives. */
export function certainReferences(template: Template): readonly string[] {
  switch (template.kind) {
    case 'word':
    case 'optional':
      return [];
    case 'reference':
      return [template.name];
    case 'sequence':
      return template.items.flatMap(certainReferences);
    case 'choice': {
      const [first = [], ...others] = template.options.map(certainReferences);
      return first.filter((name) => others.every((names) => names.includes(name)));
    }
  }
}

/** Every reference in the template, those in optional parts too. */
export function allReferences(template: Template): readonly string[] {
  switch (template.kind) {
    case 'word':
      return [];
    case 'optional':
      return allReferences(template.item);
    case 'reference':
      return [template.name];
    case 'sequence':
      return template.items.flatMap(allReferences);
    case 'choice':
      return template.options.flatMap(allReferences);
  }
}

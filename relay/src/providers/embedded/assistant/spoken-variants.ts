import { parseTemplate, templateToJsgf, type Template } from '../../phrases/template.ts';

/**
 * A phrase as the recogniser has to hear it, where its template is written without articles and
 * contractions, which the matcher takes off.
 *
 * @param ruleName - the name of the rule behind each reference, which takes its place
 */
export function spokenVariantOf(
  template: Template,
  ruleName: (reference: string) => string,
): Template {
  return parseTemplate(contracted(templateToJsgf(withArticles(template), ruleName)));
}

/** The nouns of the capabilities that may have one. */
const NOUNS: ReadonlySet<string> = new Set(
  `age alarm bill calendar coin correct current date day difference die discount exchange fact
  fair good gratuity joke leap letters local name next number pair person product random rate real
  result reminder second sum time times tip total usual value week weekday word year`.split(/\s+/),
);

function withArticles(template: Template): Template {
  switch (template.kind) {
    case 'word':
      return NOUNS.has(template.word) ? { kind: 'sequence', items: [ARTICLE, template] } : template;
    case 'reference':
      return template;
    case 'sequence':
      return {
        kind: 'sequence',
        items: template.items.map((item, index, items) =>
          // As in "<purpose> timer", whose article stands before both.
          items[index - 1]?.kind === 'reference' && item.kind === 'word'
            ? item
            : withArticles(item),
        ),
      };
    case 'choice':
      return { kind: 'choice', options: template.options.map(withArticles) };
    case 'optional':
      return { kind: 'optional', item: withArticles(template.item) };
  }
}

const ARTICLE = parseTemplate('[the | a]');

/** What people say in one word as well as in two. */
const CONTRACTIONS = [
  ['what is', "what's"],
  ['how is', "how's"],
  ['that is', "that's"],
  ['i would', "i'd"],
  ['i am', "i'm"],
  ['you are', "you're"],
] as const;

function contracted(expansion: string): string {
  return CONTRACTIONS.reduce(
    (text, [long, short]) =>
      text.replaceAll(new RegExp(`\\b${long}\\b`, 'g'), `(${long} | ${short})`),
    expansion,
  );
}

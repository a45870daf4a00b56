import type fc from 'fast-check';
import { parseTemplate, type Template } from '../phrases/template.ts';
import { SPEECH_GRAMMAR } from '../index.ts';

/** The rules of the recogniser's grammar: name → expansion. */
export const GRAMMAR_RULES: ReadonlyMap<string, string> = new Map(
  [...SPEECH_GRAMMAR.rules.matchAll(/^<(\w+)> = (.*);$/gm)].map(([, name = '', expansion = '']) => [
    name,
    expansion,
  ]),
);

const TEMPLATES: ReadonlyMap<string, Template> = new Map(
  [...GRAMMAR_RULES].map(([name, expansion]) => [name, parseTemplate(withoutWeights(expansion))]),
);

/** A sentence the grammar can produce, each alternative taken as `choices` say. */
export function spokenFrom(rule: string, choices: fc.Stream<number>): string {
  const say = (template: Template): string => {
    switch (template.kind) {
      case 'word':
        return template.word;
      case 'reference':
        return spokenFrom(template.name, choices);
      case 'sequence':
        return template.items.map(say).join(' ');
      case 'choice':
        return say(template.options[nextBelow(template.options.length)]!);
      case 'optional':
        return nextBelow(2) === 0 ? '' : say(template.item);
    }
  };
  const nextBelow = (limit: number): number => (choices.next().value ?? 0) % limit;
  return say(TEMPLATES.get(rule)!).replaceAll(/ +/g, ' ').trim();
}

export function withoutWeights(expansion: string): string {
  return expansion.replaceAll(/\/[\d.e-]+\//g, '');
}

/** Without those of the rules it refers to. */
export function wordsIn(template: Template): string[] {
  switch (template.kind) {
    case 'word':
      return [template.word];
    case 'reference':
      return [];
    case 'sequence':
      return template.items.flatMap(wordsIn);
    case 'choice':
      return template.options.flatMap(wordsIn);
    case 'optional':
      return wordsIn(template.item);
  }
}

import type { SpeechGrammar } from '../../grammar.ts';
import type { Skill } from './skill.ts';
import type { Rule } from './slot.ts';
import { parseTemplate, templateToJsgf } from './template.ts';

/** Collects every phrase of every skill into the grammar that the recogniser listens with. */
export function speechGrammarOf(skills: readonly Skill[]): SpeechGrammar {
  const definitions = new Map<string, string>();
  const pronunciations: Record<string, readonly string[]> = {};

  const define = (rule: Rule): void => {
    const expansion = templateToJsgf(parseTemplate(rule.expansion), (reference) => {
      if (!rule.uses?.some((used) => used.name === reference)) {
        throw new RangeError(`Rule ${rule.name} refers to ${reference}, which it does not use`);
      }
      return reference;
    });
    const earlier = definitions.get(rule.name);
    if (earlier === expansion) return;
    if (earlier !== undefined) throw new RangeError(`Two different rules are called ${rule.name}`);
    definitions.set(rule.name, expansion);
    Object.assign(pronunciations, rule.pronunciations);
    for (const used of rule.uses ?? []) define(used);
  };

  const heard = skills.filter((skill) => skill.intents.some((intent) => intent.spoken.length > 0));
  for (const skill of heard) {
    const phrases = skill.intents.flatMap((intent) => {
      for (const rule of Object.values(intent.rules)) define(rule);
      return intent.spoken.map((template) =>
        templateToJsgf(template, (reference) => intent.rules[reference]!.name),
      );
    });
    definitions.set(ruleNameOf(skill), phrases.join(' | '));
  }
  definitions.set(UTTERANCE, heard.map((skill) => `<${ruleNameOf(skill)}>`).join(' | '));

  const rules = [...definitions].map(([name, expansion]) => `<${name}> = ${expansion};`).join('\n');
  return { rules, utterance: UTTERANCE, pronunciations };
}

const UTTERANCE = 'utterance';

function ruleNameOf(skill: Skill): string {
  return `skill_${skill.name.replaceAll('-', '_')}`;
}

import { expect, it } from 'vitest';
import { parseTemplate, templateToJsgf } from '../phrases/template.ts';
import { spokenVariantOf } from './speech-grammar.ts';

const heard = (template: string) =>
  templateToJsgf(
    spokenVariantOf(parseTemplate(template), (reference) => `rule_${reference}`),
    (used) => used,
  );

it('hears the articles and contractions that a template is written without', () => {
  expect(heard('what is tip')).toBe("(what is | what's) [(the | a)] tip");
  expect(heard('how is it going')).toBe("(how is | how's) it going");
  expect(heard('say again')).toBe('say again');
});

it('hears no article behind a slot, whose own stands before it', () => {
  expect(heard('leave <percent> tip')).toBe('leave <rule_percent> tip');
});

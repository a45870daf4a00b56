import { matchTemplate, type SlotTable, type SlotValues } from '../phrases/match.ts';
import type { Rule, Slot } from '../phrases/slot.ts';
import {
  allReferences,
  certainReferences,
  parseTemplate,
  type Template,
} from '../phrases/template.ts';
import type { Answer, PhraseContext, Topic } from './phrase-context.ts';

export interface Intent {
  /** What the recogniser listens for first … */
  readonly spoken: readonly Template[];
  /** … and what it also hears if the sound leaves no doubt. */
  readonly variants: readonly Template[];
  /** All that is understood, spoken or typed. */
  readonly templates: readonly Template[];
  /** The recogniser's rule behind each reference of `spoken` and `variants`. */
  readonly rules: Readonly<Record<string, Rule>>;
  /** Tried only if no other intent understands, with or without pleasantries. */
  readonly lastResort: boolean;
  /** Undefined if the tokens are not one of the phrases, small words aside if that is lenient. */
  understand(tokens: readonly string[], isLenient: boolean): Understood | undefined;
}

export interface Understood {
  readonly answer: Answer;
  /** What the next phrase may refer to; pure, so that it can be asked of what was said before. */
  topic(earlier: Topic | undefined): Topic | undefined;
}

type ValuesOf<Slots extends SlotTable> = {
  readonly [name in keyof Slots]: Slots[name] extends Slot<infer Value> ? Value : never;
};

export interface IntentDefinition<Slots extends SlotTable> {
  /** Templates that may be spoken or typed. */
  readonly phrases?: readonly string[];
  /** The same as fewer people put it. The recogniser prefers `phrases`; articles need not be written. */
  readonly variants?: readonly string[];
  /** Templates that may only be typed: what is short, or unlike speech, costs the recogniser accuracy. */
  readonly typed?: readonly string[];
  readonly slots?: Slots;
  /** True if a slot takes any words, so that more exact phrases come first. */
  readonly lastResort?: boolean;
  readonly answer: (values: ValuesOf<Slots>, context: PhraseContext) => string;
  /** What is then spoken of; without it nothing that could be referred to. */
  readonly topic?: (values: ValuesOf<Slots>, earlier: Topic | undefined) => Topic | undefined;
  /** "Another one" does it once more. */
  readonly isRepeatable?: boolean;
}

/**
 * Ties phrases to an answer.
 *
 * @throws RangeError if a phrase may leave a slot empty, or names one that is not declared
 */
export function intent<const Slots extends SlotTable = Record<never, never>>(
  definition: IntentDefinition<Slots>,
): Intent {
  const slots: SlotTable = definition.slots ?? {};
  const spoken = (definition.phrases ?? []).map(parseTemplate);
  const variants = (definition.variants ?? []).map(parseTemplate);
  const templates = [...spoken, ...variants, ...(definition.typed ?? []).map(parseTemplate)];
  for (const template of templates) requireSlots(template, Object.keys(slots));
  return {
    spoken,
    variants,
    templates,
    lastResort: definition.lastResort ?? false,
    rules: spokenRules([...spoken, ...variants], slots),
    understand(tokens, isLenient) {
      for (const template of templates) {
        const values: SlotValues | undefined = matchTemplate(template, tokens, slots, isLenient);
        // requireSlots has shown that every template fills every slot.
        if (values !== undefined) return understood(definition, values as ValuesOf<Slots>);
      }
      return undefined;
    },
  };
}

function understood<Slots extends SlotTable>(
  { answer, topic, isRepeatable = false }: IntentDefinition<Slots>,
  values: ValuesOf<Slots>,
): Understood {
  const again: Answer = (context) => answer(values, context);
  return {
    answer: again,
    topic: (earlier) =>
      isRepeatable ? { kind: 'repeatable', again } : topic && topic(values, earlier),
  };
}

function requireSlots(template: Template, names: readonly string[]): void {
  const certain = certainReferences(template);
  const all = allReferences(template);
  const wrong = [
    ...names.filter((name) => !certain.includes(name)),
    ...all.filter((name) => !names.includes(name)),
  ];
  if (wrong.length > 0)
    throw new RangeError(`A phrase and its slots disagree on: ${wrong.join(', ')}`);
}

function spokenRules(spoken: readonly Template[], slots: SlotTable): Record<string, Rule> {
  const rules: Record<string, Rule> = {};
  for (const name of spoken.flatMap(allReferences)) {
    const rule = slots[name]?.rule;
    if (rule === undefined)
      throw new RangeError(`Slot ${name} can only be typed, but stands in a spoken phrase`);
    rules[name] = rule;
  }
  return rules;
}

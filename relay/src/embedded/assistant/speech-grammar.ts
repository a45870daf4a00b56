import type { Capability } from '../../capabilities/capability.ts';
import type { Rule } from '../../phrases/slot.ts';
import {
  allReferences,
  parseTemplate,
  templateToJsgf,
  type Template,
} from '../../phrases/template.ts';
import type { SpeechGrammar } from '../grammar.ts';
import { REJECT_WORDS } from '../recogniser/jsgf.ts';
import { SPOKEN_AFTER, SPOKEN_BEFORE, SPOKEN_LINK } from './spoken-frames.ts';
import {
  addPhrase,
  emptyPhraseTree,
  openingsToJsgf,
  phrasesToJsgf,
  type PhraseTree,
} from './phrase-tree.ts';

/** What may be spoken: whole phrases, and the rules that their slots refer to. */
export interface SpokenPhrases {
  readonly phrases: PhraseTree;
  /** Expansions by name; each reference is the name of another one. */
  readonly rules: ReadonlyMap<string, Template>;
}

/** Collects the spoken phrases of all capabilities. */
export function spokenPhrasesOf(capabilities: readonly Capability[]): SpokenPhrases {
  const sources = new Map<string, string>();
  const rules = new Map<string, Template>();

  const define = (rule: Rule): void => {
    const earlier = sources.get(rule.name);
    if (earlier === rule.expansion) return;
    if (earlier !== undefined) throw new RangeError(`Two different rules are called ${rule.name}`);
    const expansion = parseTemplate(rule.expansion);
    for (const reference of allReferences(expansion)) {
      if (!rule.uses?.some((used) => used.name === reference)) {
        throw new RangeError(`Rule ${rule.name} refers to ${reference}, which it does not use`);
      }
    }
    sources.set(rule.name, rule.expansion);
    rules.set(rule.name, expansion);
    for (const used of rule.uses ?? []) define(used);
  };

  const phrases = emptyPhraseTree();
  for (const intent of capabilities.flatMap(({ intents }) => intents)) {
    for (const rule of Object.values(intent.rules)) define(rule);
    for (const template of intent.spoken) {
      addPhrase(phrases, template, (reference) => intent.rules[reference]!.name);
    }
  }
  return { phrases, rules };
}

/** Writes the spoken phrases as the grammar that the recogniser uses. */
export function speechGrammarOf({ phrases, rules: templates }: SpokenPhrases): SpeechGrammar {
  const rules = new Map(
    [...templates].map(([name, template]) => [name, templateToJsgf(template, (used) => used)]),
  );
  const openings = openingsToJsgf(phrases, OPENING_WORDS);
  rules.set('understood', phrasesToJsgf(phrases));
  rules.set('before', SPOKEN_BEFORE.join(' | '));
  rules.set('after', SPOKEN_AFTER.join(' | '));
  rules.set('opening', optionally('<before>', FRAME_WEIGHT));
  // The rule ends in itself, which the recogniser reads as a way back to its beginning: two
  // requests in a breath cost no second copy of the phrases.
  rules.set(
    'closing',
    `${optionally('<after>', FRAME_WEIGHT)} ${optionally(`${SPOKEN_LINK} <request>`, NEXT_WEIGHT)}`,
  );
  rules.set('request', `<opening> <understood> <closing>`);
  if (openings !== undefined) {
    rules.set('any_phones', `(${REJECT_WORDS.map(([word]) => word).join(' | ')})+`);
    rules.set('out_of_grammar', `${openings} <any_phones>`);
  }
  rules.set(
    UTTERANCE,
    openings === undefined
      ? '<request>'
      : `/1/ <request> | /${OUT_OF_GRAMMAR_WEIGHT}/ <out_of_grammar>`,
  );
  return {
    rules: [...rules].map(([name, expansion]) => `<${name}> = ${expansion};`).join('\n'),
    utterance: UTTERANCE,
    pronunciations: {},
    rejectWeight: REJECT_WEIGHT,
  };
}

/** Alternatives without weights share their prior equally, so that leaving a part out would cost half. */
function optionally(part: string, prior: number): string {
  return `(/${1 - prior}/ <NULL> | /${prior}/ ${part})`;
}

/** Priors of what stands around a request, and of a second one in the same breath. */
const FRAME_WEIGHT = 0.1;
const NEXT_WEIGHT = 0.000_1;

const UTTERANCE = 'utterance';

/**
 * A sentence that only begins like one of ours is compared with a loop over all phones from where
 * it leaves the grammar; else a well-matched "what is the" would carry any ending. The recogniser
 * refuses a hypothesis that ends in such phones.
 */
const OPENING_WORDS = 3;

/**
 * Priors, measured with three voices over the sentences of `test-sentences.ts`. Beside the
 * scores of the sound they weigh little: from 0.5 down, a few more short sentences are understood
 * and hardly any that is out of grammar. Below 1e-16 the latter become more. What a grammar of many
 * phrases forces on other speech is refused by the evidence for its words.
 */
const REJECT_WEIGHT = 1e-16;
const OUT_OF_GRAMMAR_WEIGHT = '0.0000000000000001';

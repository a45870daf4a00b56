import type { Capability } from '../capabilities/capability.ts';
import type { Rule } from '../phrases/slot.ts';
import {
  allReferences,
  parseTemplate,
  templateToJsgf,
  type Template,
} from '../phrases/template.ts';
import type { SpeechGrammar } from '@parley/recogniser';
import { REJECT_WORDS } from '@parley/recogniser/jsgf';
import { isSmallTalk } from './refusals.ts';
import { SPOKEN_AFTER, SPOKEN_BEFORE, SPOKEN_LINK } from './spoken-frames.ts';
import {
  addPhrase,
  emptyPhraseTree,
  openingsToJsgf,
  phrasesToJsgf,
  type PhraseTree,
} from './phrase-tree.ts';
import { DIGIT_WORDS, numberToWords, ordinalToWords } from '../phrases/number-words.ts';

/** The nouns of the capabilities that may have one. */
const NOUNS: ReadonlySet<string> = new Set(
  `age alarm bill calendar coin correct current date day difference die discount exchange fact
  fair good gratuity joke leap letters local name next number pair person product random rate real
  result reminder second sum time times tip total usual value week weekday word year`.split(/\s+/),
);

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

const NUMBERS = Array.from({ length: 99 }, (_, index) => numberToWords(index + 1));

/**
 * Numbers that may be misheard, as the recogniser writes them. Each set is like in kind, and has as
 * many words: a "twenty" is not doubted for a "twenty eight", of which breath would make an end.
 */
const NUMBER_RIVALS: readonly (readonly string[])[] = [
  NUMBERS.filter((number) => !number.includes(' ')),
  NUMBERS.filter((number) => number.includes(' ')),
  DIGIT_WORDS.slice(1).map((digit) => `${digit} hundred`),
  // "Twenty second" is also what a timer is, and that is not like a third.
  Array.from({ length: 31 }, (_, index) => ordinalToWords(index + 1)).filter(
    (ordinal) => !ordinal.endsWith('second'),
  ),
  // "Three point five", "three times five".
  ['plus', 'minus', 'times', 'point'],
];

/** What may be spoken: whole phrases, and the rules that their slots refer to. */
export interface SpokenPhrases {
  readonly phrases: PhraseTree;
  /** Phrases that ask for something by themselves: a second request in one breath may be one. */
  readonly requests: PhraseTree;
  /** What fewer people say. */
  readonly variants: readonly Template[];
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
  const requests = emptyPhraseTree();
  const variants: Template[] = [];
  for (const capability of capabilities) {
    for (const intent of capability.intents) {
      for (const rule of Object.values(intent.rules)) define(rule);
      const nameOf = (reference: string): string => intent.rules[reference]!.name;
      for (const template of intent.spoken) addPhrase(phrases, template, nameOf);
      variants.push(...intent.variants.map((template) => spokenVariantOf(template, nameOf)));
      if (isSmallTalk(capability)) continue;
      for (const template of intent.spoken) addPhrase(requests, template, nameOf);
    }
  }
  // "And in London" continues what was said before.
  requests.branches.delete(SPOKEN_LINK);
  return { phrases, requests, variants, rules };
}

/** Writes the spoken phrases as the grammar that the recogniser uses. */
export function speechGrammarOf({
  phrases,
  requests,
  variants,
  rules: templates,
}: SpokenPhrases): SpeechGrammar {
  const rules = new Map(
    [...templates].map(([name, template]) => [name, templateToJsgf(template, (used) => used)]),
  );
  const openings = openingsToJsgf(phrases, OPENING_WORDS);
  rules.set('usual', phrasesToJsgf(phrases));
  rules.set(
    'unusual',
    variants.map((variant) => templateToJsgf(variant, (used) => used)).join(' | '),
  );
  rules.set('understood', either('<usual>', '<unusual>', UNUSUAL_WEIGHT));
  rules.set('next', phrasesToJsgf(requests));
  rules.set('second', optionally(`${SPOKEN_LINK} <next> <closing>`, NEXT_WEIGHT));
  rules.set('before', SPOKEN_BEFORE.join(' | '));
  rules.set('after', SPOKEN_AFTER.join(' | '));
  rules.set('opening', optionally('<before>', FRAME_WEIGHT));
  rules.set('closing', optionally('<after>', FRAME_WEIGHT));
  rules.set('usual_request', '<opening> <usual> <closing>');
  rules.set('request', '<opening> <understood> <closing> <second>');
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
    usual: 'usual_request',
    // The dictionary has it in one syllable, which most voices do not bear out.
    pronunciations: { coin: ['K OY IH N', 'K AO IH N'] },
    rivals: NUMBER_RIVALS,
    rejectWeight: REJECT_WEIGHT,
  };
}

/** Alternatives without weights share their prior equally, so that leaving a part out would cost half. */
function optionally(part: string, prior: number): string {
  return either('<NULL>', part, prior);
}

function either(usual: string, unusual: string, prior: number): string {
  // JSGF knows no exponents.
  return `(/${(1 - prior).toFixed(12)}/ ${usual} | /${prior.toFixed(12)}/ ${unusual})`;
}

/** Priors of what stands around a request, and of a second one in the same breath. */
const FRAME_WEIGHT = 0.1;
const NEXT_WEIGHT = 1e-9;
/** Prior of all variants together. */
const UNUSUAL_WEIGHT = 0.05;

const UTTERANCE = 'utterance';

/**
 * A sentence that only begins like one of ours is compared with a loop over all phones from where
 * it leaves the grammar; else a well-matched "what is the" would carry any ending. The recogniser
 * refuses a hypothesis that ends in such phones.
 */
const OPENING_WORDS = 3;

/**
 * Priors, measured with three voices over the sentences of `test-sentences.ts`. Beside the scores
 * of the sound they weigh little: from 0.5 down, a few more short sentences are understood and
 * hardly any that is out of grammar. Below 1e-16 the latter become more. Other speech that a
 * grammar of many phrases takes in is refused by the evidence for its words.
 */
export const REJECT_WEIGHT = 1e-16;
const OUT_OF_GRAMMAR_WEIGHT = '0.0000000000000001';

/**
 * A phrase as the recogniser has to hear it; its template is written without articles and
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

function contracted(expansion: string): string {
  return CONTRACTIONS.reduce(
    (text, [long, short]) =>
      text.replaceAll(new RegExp(`\\b${long}\\b`, 'g'), `(${long} | ${short})`),
    expansion,
  );
}

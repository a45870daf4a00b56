import { parseTemplate, type Template } from '../../phrases/template.ts';
import type { PhraseState } from '../../stages/transcriber.ts';
import type { PhraseTree } from './phrase-tree.ts';
import type { SpokenPhrases } from './speech-grammar.ts';

/**
 * Tells whether words are a whole phrase, the beginning of one or neither, from the phrases that
 * the recogniser's grammar is written from. What a person may add within a slot ("twenty" → "twenty
 * five") leaves a whole phrase complete; what the phrase itself may go on with does not.
 *
 * @param isUnderstood - whether the assistant understands what cannot be spoken; asked only then
 * @returns pure; takes some microseconds for a sentence
 */
export function phraseStateOf(
  { phrases, rules }: SpokenPhrases,
  isUnderstood: (words: string) => boolean,
): (words: string) => PhraseState {
  const root = nodeOf(phrases);
  return (words) => {
    const spoken = words.toLowerCase().match(WORDS) ?? [];
    const reached = new Reader(spoken, rules).readPhrase(root, 0);
    if (reached.isWhole) return reached.goesOn ? 'may-continue' : 'complete';
    if (reached.isOpen) return 'incomplete';
    return isUnderstood(words) ? 'complete' : 'unknown';
  };
}

const WORDS = /[\p{L}'-]+/gu;

/** A phrase tree whose symbols are parsed. */
interface PhraseNode {
  readonly words: ReadonlyMap<string, PhraseNode>;
  /** Slots, and words that can be contracted. */
  readonly others: readonly (readonly [Template, PhraseNode])[];
  readonly isEnd: boolean;
  readonly goesOn: boolean;
}

function nodeOf({ branches, complete }: PhraseTree): PhraseNode {
  const words = new Map<string, PhraseNode>();
  const others: (readonly [Template, PhraseNode])[] = [];
  for (const [symbol, tree] of branches) {
    const template = parseTemplate(symbol);
    if (template.kind === 'word') words.set(template.word, nodeOf(tree));
    else others.push([template, nodeOf(tree)]);
  }
  return { words, others, isEnd: complete, goesOn: branches.size > 0 };
}

/** How far the words can be followed. */
interface Reached {
  /** They are a whole phrase … */
  isWhole: boolean;
  /** … that may go on behind its last slot. */
  goesOn: boolean;
  /** They end before a phrase does. */
  isOpen: boolean;
}

interface Reading {
  /** Positions behind what was read. */
  readonly ends: readonly number[];
  /** The words end within it. */
  readonly isOpen: boolean;
}

const NOTHING: Reading = { ends: [], isOpen: false };

/** Reads one list of words. */
class Reader {
  readonly #words: readonly string[];
  readonly #rules: ReadonlyMap<string, Template>;
  /** Rule and position → what it reads there: the same numbers stand in many phrases. */
  readonly #read = new Map<string, Reading>();

  constructor(words: readonly string[], rules: ReadonlyMap<string, Template>) {
    this.#words = words;
    this.#rules = rules;
  }

  readPhrase(
    node: PhraseNode,
    at: number,
    reached: Reached = { isWhole: false, goesOn: false, isOpen: false },
  ): Reached {
    const word = this.#words[at];
    if (word === undefined) {
      reached.isWhole ||= node.isEnd;
      reached.goesOn ||= node.isEnd && node.goesOn;
      reached.isOpen ||= node.goesOn;
      return reached;
    }
    const next = node.words.get(word);
    if (next !== undefined) this.readPhrase(next, at + 1, reached);
    for (const [template, behind] of node.others) {
      const { ends, isOpen } = this.#template(template, at);
      reached.isOpen ||= isOpen;
      for (const end of ends) this.readPhrase(behind, end, reached);
    }
    return reached;
  }

  #template(template: Template, at: number): Reading {
    switch (template.kind) {
      case 'word': {
        const word = this.#words[at];
        if (word === undefined) return { ends: [], isOpen: true };
        return word === template.word ? { ends: [at + 1], isOpen: false } : NOTHING;
      }
      case 'reference':
        return this.#rule(template.name, at);
      case 'choice':
        return union(template.options.map((option) => this.#template(option, at)));
      case 'optional':
        return union([this.#template(template.item, at), { ends: [at], isOpen: false }]);
      case 'sequence':
        return template.items.reduce<Reading>(
          ({ ends, isOpen }, item) =>
            union([{ ends: [], isOpen }, ...ends.map((end) => this.#template(item, end))]),
          { ends: [at], isOpen: false },
        );
    }
  }

  #rule(name: string, at: number): Reading {
    const key = `${name} ${at}`;
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const expansion = this.#rules.get(name);
    const reading = expansion === undefined ? NOTHING : this.#template(expansion, at);
    this.#read.set(key, reading);
    return reading;
  }
}

function union(readings: readonly Reading[]): Reading {
  return {
    ends: [...new Set(readings.flatMap(({ ends }) => ends))],
    isOpen: readings.some(({ isOpen }) => isOpen),
  };
}

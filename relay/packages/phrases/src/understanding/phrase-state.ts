import { parseTemplate, type Template } from '../phrases/template.ts';
import type { PhraseTree } from './phrase-tree.ts';
import { SPOKEN_AFTER, SPOKEN_BEFORE, SPOKEN_LINK } from './spoken-frames.ts';
import type { SpokenPhrases } from './speech-grammar.ts';

/** How words fit a closed vocabulary; `may-continue`: a whole phrase that begins a longer one. */
export type PhraseCompleteness = 'complete' | 'may-continue' | 'incomplete' | 'unknown';

/**
 * Decides whether words are a whole phrase, the beginning of one or neither, from the phrases that
 * the recogniser's grammar is written from. Words that a person may add within a slot ("twenty" →
 * "twenty five") leave a whole phrase complete; words that continue the phrase itself do not.
 *
 * @param isUnderstood - whether the assistant understands what cannot be spoken; asked only then
 * @returns pure; takes some tens of microseconds for a sentence
 */
export function phraseStateOf(
  { phrases, variants, rules }: SpokenPhrases,
  isUnderstood: (words: string) => boolean,
): (words: string) => PhraseCompleteness {
  const root: PhraseRoot = { phrases: nodeOf(phrases), variants: byOpening(variants) };
  return (words) => {
    const spoken = words.toLowerCase().match(WORDS) ?? [];
    const reached = new Reader(spoken, rules).readRequests(root);
    if (reached.isWhole) return reached.goesOn ? 'may-continue' : 'complete';
    if (reached.isFrame && isUnderstood(words)) return 'may-continue';
    if (reached.isOpen || reached.isFrame) return 'incomplete';
    return isUnderstood(words) ? 'complete' : 'unknown';
  };
}

/** And "a.m." as the grammar writes it. */
const WORDS = /(?:\p{L}\.){2,}|[\p{L}'-]+/gu;

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

interface PhraseRoot {
  readonly phrases: PhraseNode;
  /** Under what they may begin with. */
  readonly variants: ReadonlyMap<string, readonly Template[]>;
}

const END: PhraseNode = { words: new Map(), others: [], isEnd: true, goesOn: false };
/** Stands for any words in the index of variants. */
const ANY = '*';

/** Two words distinguish most variants: a hundred begin with "what". */
function byOpening(variants: readonly Template[]): ReadonlyMap<string, readonly Template[]> {
  const found = new Map<string, Template[]>();
  for (const variant of variants) {
    const keys = openingsOf(variant).flatMap(({ words: [first = ANY, second = ANY] }) => [
      `${first} ${second}`,
      first,
    ]);
    for (const key of new Set(keys)) found.set(key, [...(found.get(key) ?? []), variant]);
  }
  return found;
}

interface Opening {
  readonly words: readonly string[];
  /** A slot follows. */
  readonly isCut: boolean;
}

function openingsOf(template: Template): readonly Opening[] {
  switch (template.kind) {
    case 'word':
      return [{ words: [template.word], isCut: false }];
    case 'reference':
      return [{ words: [], isCut: true }];
    case 'choice':
      return template.options.flatMap(openingsOf);
    case 'optional':
      return [...openingsOf(template.item), { words: [], isCut: false }];
    case 'sequence':
      return template.items.reduce<readonly Opening[]>(
        (heads, item) => {
          const isLongEnough = ({ words, isCut }: Opening) => isCut || words.length > 1;
          if (heads.every(isLongEnough)) return heads;
          const tails = openingsOf(item);
          return heads.flatMap((head) =>
            isLongEnough(head)
              ? [head]
              : tails.map(({ words, isCut }) => ({ words: [...head.words, ...words], isCut })),
          );
        },
        [{ words: [], isCut: false }],
      );
  }
}

/** How far the words can be followed. */
interface Reached {
  /** They are a whole phrase … */
  isWhole: boolean;
  /** … that may go on behind its last slot. */
  goesOn: boolean;
  /** They end before a phrase does. */
  isOpen: boolean;
  /** They end behind "can you" or "hello", which is a request or stands before one. */
  isFrame: boolean;
}

/** Requests that are said in one breath. */
const MAX_REQUESTS = 3;
const FRAMES_BEFORE = SPOKEN_BEFORE.map((words) => words.split(' '));
const FRAMES_AFTER = SPOKEN_AFTER.map((words) => words.split(' '));

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

  /** Reads one request, or several in a breath, with what people say around them. */
  readRequests(root: PhraseRoot): Reached {
    const reached: Reached = { isWhole: false, goesOn: false, isOpen: false, isFrame: false };
    let starts: ReadonlySet<number> = new Set([0]);
    for (let requests = 0; requests < MAX_REQUESTS && starts.size > 0; requests += 1) {
      const ends = new Set<number>();
      for (const start of starts) {
        for (const at of [start, ...this.#behindFrames(FRAMES_BEFORE, start, reached)]) {
          this.#readPhrase(root.phrases, at, reached, ends);
          this.#readVariants(root.variants, at, reached, ends);
        }
      }
      starts = this.#behindRequests(ends, reached);
    }
    return reached;
  }

  /** Where the next request may begin. */
  #behindRequests(ends: ReadonlySet<number>, reached: Reached): ReadonlySet<number> {
    const starts = new Set<number>();
    for (const end of ends) {
      for (const at of [end, ...this.#behindFrames(FRAMES_AFTER, end, reached)]) {
        if (at === this.#words.length) reached.isWhole = true;
        else if (this.#words[at] !== SPOKEN_LINK) starts.add(at);
        else if (at + 1 === this.#words.length) reached.isOpen = true;
        else starts.add(at + 1);
      }
    }
    return starts;
  }

  #behindFrames(
    frames: readonly (readonly string[])[],
    at: number,
    reached: Reached,
  ): readonly number[] {
    const left = this.#words.length - at;
    return frames.flatMap((frame) => {
      const isSpoken = frame.every(
        (word, index) => index >= left || word === this.#words[at + index],
      );
      if (!isSpoken) return [];
      if (frame.length > left) reached.isOpen = true;
      else if (frame.length === left && frames === FRAMES_BEFORE) reached.isFrame = true;
      return frame.length > left || (frame.length === left && frames === FRAMES_BEFORE)
        ? []
        : [at + frame.length];
    });
  }

  #readPhrase(node: PhraseNode, at: number, reached: Reached, ends: Set<number>): void {
    const word = this.#words[at];
    if (word === undefined) {
      reached.isWhole ||= node.isEnd;
      reached.goesOn ||= node.isEnd && node.goesOn;
      reached.isOpen ||= node.goesOn;
      return;
    }
    if (node.isEnd) ends.add(at);
    const next = node.words.get(word);
    if (next !== undefined) this.#readPhrase(next, at + 1, reached, ends);
    for (const [template, behind] of node.others) {
      const reading = this.#template(template, at);
      reached.isOpen ||= reading.isOpen;
      for (const end of reading.ends) this.#readPhrase(behind, end, reached, ends);
    }
  }

  #readVariants(
    variants: PhraseRoot['variants'],
    at: number,
    reached: Reached,
    ends: Set<number>,
  ): void {
    const word = this.#words[at];
    if (word === undefined) return;
    const next = this.#words[at + 1];
    const keys = next === undefined ? [word] : [`${word} ${next}`, `${word} ${ANY}`];
    for (const key of [...keys, `${ANY} ${ANY}`]) {
      for (const variant of variants.get(key) ?? []) {
        const reading = this.#template(variant, at);
        reached.isOpen ||= reading.isOpen;
        for (const end of reading.ends) this.#readPhrase(END, end, reached, ends);
      }
    }
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

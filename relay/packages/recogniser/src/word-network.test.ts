import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsgf, type Expansion, type Item } from './jsgf-parser.ts';
import { acceptorOf, wordNetworkOf, type WordNetwork } from './word-network.ts';

const MAX_WORDS = 4;

/** Sentences of up to `MAX_WORDS` words with the logarithm of their best prior. */
type Sentences = ReadonlyMap<string, number>;

const networkOf = (rules: string): WordNetwork => wordNetworkOf(parseJsgf(rules), 'top');

/** By walking every path of the network. */
function sentencesOf({ start, final, arcs }: WordNetwork): Sentences {
  const found = new Map<string, number>();
  const walk = (at: number, words: readonly string[], logPrior: number): void => {
    for (const { to, word, logPrior: own } of arcs.filter(({ from }) => from === at)) {
      if (word === undefined) keepBest(found, words.join(' '), logPrior + own);
      else if (words.length < MAX_WORDS) walk(to, [...words, word], logPrior + own);
    }
    expect(at).not.toBe(final);
  };
  walk(start, [], 0);
  return found;
}

/** By the grammar's own definition, without a network. */
function meaningOf(expansion: Expansion): Sentences {
  const found = new Map<string, number>();
  const sum = expansion.reduce((total, { weight }) => total + weight, 0);
  for (const { weight, items } of expansion) {
    const sequence = items.map(meaningOfItem).reduce(inSequence, new Map([['', 0]]));
    for (const [words, logPrior] of sequence)
      keepBest(found, words, logPrior + Math.log(weight / sum));
  }
  return found;
}

function meaningOfItem(item: Item): Sentences {
  if (item.kind === 'word') return new Map([[item.word, 0]]);
  if (item.kind === 'rule') return new Map([['', 0]]);
  if (item.kind === 'group') return meaningOf(item.expansion);
  const once = meaningOfItem(item.item);
  const found = new Map<string, number>(item.atLeast === 0 ? [['', Math.log(0.5)]] : []);
  let repeated: Sentences = new Map([['', item.atLeast === 0 ? Math.log(0.5) : 0]]);
  for (let times = 1; times <= MAX_WORDS; times += 1) {
    repeated = inSequence(repeated, once);
    for (const [words, logPrior] of repeated)
      keepBest(found, words, logPrior + times * Math.log(0.5));
  }
  return found;
}

function inSequence(before: Sentences, after: Sentences): Sentences {
  const found = new Map<string, number>();
  for (const [first, a] of before) {
    for (const [second, b] of after) {
      const words = [first, second].filter((text) => text !== '').join(' ');
      if (words.split(' ').length <= MAX_WORDS) keepBest(found, words, a + b);
    }
  }
  return found;
}

function keepBest(found: Map<string, number>, words: string, logPrior: number): void {
  found.set(words, Math.max(logPrior, found.get(words) ?? Number.NEGATIVE_INFINITY));
}

const { expansion } = fc.letrec<{ expansion: Expansion; item: Item }>((tie) => ({
  expansion: fc.array(
    fc.record({
      weight: fc.constantFrom(1, 0.1, 3),
      items: fc.array(tie('item'), { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  item: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.record({ kind: fc.constant('word' as const), word: fc.constantFrom('a', 'b', 'c') }),
    fc.constant({ kind: 'rule' as const, name: 'NULL' }),
    fc.record({ kind: fc.constant('group' as const), expansion: tie('expansion') }),
    fc.record({
      kind: fc.constant('repeated' as const),
      item: tie('item'),
      atLeast: fc.constantFrom(0 as const, 1 as const),
    }),
  ),
}));

describe('wordNetworkOf', () => {
  it('says what the grammar says, at the same priors', () => {
    fc.assert(
      fc.property(expansion, (top) => {
        const found = sentencesOf(wordNetworkOf(new Map([['top', top]]), 'top'));
        const meant = meaningOf(top);
        expect([...found.keys()].toSorted()).toEqual([...meant.keys()].toSorted());
        for (const [words, logPrior] of meant) expect(found.get(words)).toBeCloseTo(logPrior, 6);
      }),
      { numRuns: 300 },
    );
  });

  it('makes one state of those with the same future, behind any bracket or rule', () => {
    const { states, arcs } = networkOf(
      '<top> = please <what> | [kindly] <what>; <what> = (stop | go) now;',
    );
    // The start, behind "please" or "kindly", behind "stop" or "go", behind "now", and the end.
    expect(states).toBe(5);
    expect(arcs.filter(({ word }) => word === 'now')).toHaveLength(1);
  });

  it('goes round where a rule ends in itself', () => {
    const sentences = sentencesOf(networkOf('<top> = <word> [and <top>]; <word> = a | b;'));
    expect([...sentences.keys()].toSorted()).toEqual(
      ['a', 'b', 'a and a', 'a and b', 'b and a', 'b and b'].toSorted(),
    );
  });

  it.each([
    ['<top> = <top> a | b;', 'The rule <top> refers to itself before its end.'],
    ['<top> = a (b <top>) c;', 'The rule <top> refers to itself before its end.'],
    ['<top> = a <other>;', 'There is no rule <other>.'],
    ['<other> = a;', 'There is no rule <top>.'],
  ])('refuses %s', (rules, message) => {
    expect(() => networkOf(rules)).toThrow(new Error(message));
  });
});

describe('acceptorOf', () => {
  it('knows whole sentences', () => {
    const accepts = acceptorOf(
      wordNetworkOf(parseJsgf('<s> = set a timer for <n> [minutes] | stop; <n> = two | ten;'), 's'),
    );
    const isSentence = (text: string) => accepts(text.split(' '));
    expect(
      ['set a timer for two', 'set a timer for ten minutes', 'stop'].filter(isSentence),
    ).toHaveLength(3);
    expect(['', 'set a timer for', 'stop stop', 'set timer for two'].filter(isSentence)).toEqual(
      [],
    );
  });
});

describe('parseJsgf', () => {
  it('reads weights, brackets, repetitions and comments', () => {
    const rules = parseJsgf(`// one
      <top> = /0.25/ it's (a | b)+ /* two */ | /7e-1/ [<other>] c*;
      <other> = d;`);
    const word = (text: string): Item => ({ kind: 'word', word: text });
    const only = (item: Item) => ({ weight: 1, items: [item] });
    expect(rules.get('top')).toEqual([
      {
        weight: 0.25,
        items: [
          word("it's"),
          {
            kind: 'repeated',
            item: { kind: 'group', expansion: [only(word('a')), only(word('b'))] },
            atLeast: 1,
          },
        ],
      },
      {
        weight: 0.7,
        items: [
          {
            kind: 'group',
            expansion: [
              only({ kind: 'rule', name: 'NULL' }),
              only({ kind: 'rule', name: 'other' }),
            ],
          },
          { kind: 'repeated', item: word('c'), atLeast: 0 },
        ],
      },
    ]);
    expect([...rules.keys()]).toEqual(['top', 'other']);
  });

  it.each([
    ['<a> = b', 'Expected ";" before "the end"'],
    ['<a> = (b | c;', 'Expected ")" before ";"'],
    ['<a> b;', 'Expected "=" before "b ;"'],
    ['<a> = b | ;', 'An alternative is empty'],
    ['a = b;', '"a" begins no rule'],
    ['<a> = + b;', 'Unexpected "+"'],
  ])('refuses %s', (rules, message) => {
    expect(() => parseJsgf(rules)).toThrow(new SyntaxError(message));
  });
});

import { describe, expect, it } from 'vitest';
import { RivalIndex, rivalNetwork } from './doubt.ts';
import { acceptorOf, type WordNetwork } from './word-network.ts';

const NUMBERS = ['two', 'ten', 'fifteen', 'fifty'];
const COMPOUND = ['twenty two', 'twenty five'];
const index = new RivalIndex([NUMBERS, COMPOUND, ['plus', 'times']]);
const slotsIn = (sentence: string) => index.slotsIn(sentence.split(' '));

/** The best prior of a sentence; undefined if it is not one. */
function logPriorOf({ start, final, arcs }: WordNetwork, sentence: string): number | undefined {
  let states = new Map([[start, 0]]);
  for (const word of [...sentence.split(' '), undefined]) {
    const next = new Map<number, number>();
    for (const arc of arcs) {
      const before = states.get(arc.from);
      if (arc.word !== word || before === undefined) continue;
      next.set(arc.to, Math.max(next.get(arc.to) ?? -Infinity, before + arc.logPrior));
    }
    states = next;
  }
  return states.get(final);
}

describe('a slot', () => {
  it('is a phrase that has rivals, with all others of its set', () => {
    expect(slotsIn('set a timer for fifteen minutes')).toEqual([
      { from: 4, to: 5, rivals: ['two', 'ten', 'fifty'] },
    ]);
  });

  it('is as long as can be', () => {
    expect(slotsIn('add twenty five and two')).toEqual([
      { from: 1, to: 3, rivals: ['twenty two'] },
      { from: 4, to: 5, rivals: ['ten', 'fifteen', 'fifty'] },
    ]);
  });

  it('is not in a sentence without such a phrase', () => {
    expect(slotsIn('tell me a joke')).toEqual([]);
    expect(slotsIn('')).toEqual([]);
  });
});

describe('the network of rivals', () => {
  const words = 'what is two times fifty'.split(' ');
  const network = rivalNetwork(words, index.slotsIn(words), 3);

  it('holds the words with every rival in every slot, and nothing else', () => {
    const isSentence = acceptorOf(network);
    for (const one of NUMBERS)
      for (const sign of ['plus', 'times'])
        for (const other of NUMBERS)
          expect(isSentence(`what is ${one} ${sign} ${other}`.split(' '))).toBe(true);
    expect(isSentence('what is two times'.split(' '))).toBe(false);
    expect(isSentence('what is twenty five times two'.split(' '))).toBe(false);
  });

  it('gives the words that were heard a handicap in each slot', () => {
    const own = logPriorOf(network, 'what is two times fifty')!;
    expect(logPriorOf(network, 'what is ten times fifty')! - own).toBeCloseTo(3);
    expect(logPriorOf(network, 'what is ten plus fifteen')! - own).toBeCloseTo(9);
  });
});

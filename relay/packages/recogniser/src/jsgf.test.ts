import { describe, expect, it } from 'vitest';
import {
  missingRules,
  pronunciationEntries,
  readHypothesis,
  REJECT_WORDS,
  withReject,
  wordsOf,
} from './jsgf.ts';

describe('wordsOf', () => {
  it('finds each word once, among all other signs', () => {
    const rules = `// a comment with words
      <n> = one | /0.2/ two {tag two} | [the] (three)+; /* more
      words */ public <utt> = say <n>* it's "o'clock" | say one;`;
    expect(wordsOf(rules)).toEqual(['one', 'two', 'the', 'three', 'say', "it's", "o'clock"]);
  });
});

describe('missingRules', () => {
  it('finds what is referred to and defined nowhere', () => {
    const rules = '<a> = <b> one | <NULL> | <c>; // <comment>\n <b> = two;';
    expect(missingRules({ rules, utterance: 'a', pronunciations: {} })).toEqual(['c']);
    expect(missingRules({ rules, utterance: 'top', pronunciations: {} })).toEqual(['top', 'c']);
  });
});

describe('withReject', () => {
  it('sets the utterance against a loop over every phone', () => {
    const jsgf = withReject({
      rules: '<utt> = yes;',
      utterance: 'utt',
      pronunciations: {},
      rejectWeight: 1e-15,
    });
    expect(jsgf).toMatch(/\/0\.9{14}\d+\/ <utt> \| \/0\.0{14}1\d+\/ <parley_reject>/);
    expect(REJECT_WORDS).toHaveLength(39);
    for (const [word] of REJECT_WORDS) expect(jsgf).toContain(word);
  });
});

describe('readHypothesis', () => {
  it('tells words from refusal and from nothing', () => {
    expect(readHypothesis('set a(2)  timer')).toEqual({ kind: 'words', text: 'set a timer' });
    expect(readHypothesis('xxt xxay')).toEqual({ kind: 'rejected' });
    expect(readHypothesis(' ')).toEqual({ kind: 'nothing' });
  });
});

describe('pronunciationEntries', () => {
  const known = new Set(['tomato', 'tomato(2)']);

  it('numbers further pronunciations as the dictionary does, behind those it has', () => {
    const pronunciations = { parlez: ['P AA R L EY', 'P AA R L EH Z'], tomato: ['T AH M AA T OW'] };
    expect(pronunciationEntries(pronunciations, (name) => known.has(name))).toEqual([
      ['parlez', 'P AA R L EY'],
      ['parlez(2)', 'P AA R L EH Z'],
      ['tomato(3)', 'T AH M AA T OW'],
    ]);
  });
});

import { expect, it } from 'vitest';
import { addPhrase, emptyPhraseTree, openingsToJsgf, phrasesToJsgf } from './phrase-tree.ts';
import { parseTemplate } from '../phrases/template.ts';

function treeOf(...phrases: string[]) {
  const tree = emptyPhraseTree();
  for (const phrase of phrases) addPhrase(tree, parseTemplate(phrase), (name) => `rule_${name}`);
  return tree;
}

it('writes a common beginning once', () => {
  expect(phrasesToJsgf(treeOf('tell me a joke', 'tell me the time'))).toBe(
    'tell me (a joke | the time)',
  );
});

it('writes a common end once', () => {
  expect(phrasesToJsgf(treeOf('(flip | toss) a coin'))).toBe('(flip | toss) a coin');
});

it('keeps a phrase that is the beginning of another', () => {
  expect(phrasesToJsgf(treeOf('stop', 'stop it'))).toBe('stop [it]');
});

it('writes a word that may be left out as such', () => {
  expect(phrasesToJsgf(treeOf('pick a [random] number'))).toBe('pick a [random] number');
});

it('names the rule behind a slot and listens for contractions', () => {
  expect(phrasesToJsgf(treeOf('what is <sum>'))).toBe("(what is | what's) <rule_sum>");
});

it('leaves enough to hear behind every opening', () => {
  expect(openingsToJsgf(treeOf('what time is it', 'help me', 'spell <word>'), 3)).toBe(
    '(what | spell)',
  );
});

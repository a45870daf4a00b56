import { expect, test } from 'vitest';
import { UntaggedThoughts } from './untagged-thoughts.ts';

/** @returns what is given out, with `~` for each piece that was held back or left out */
function answer(thoughts: UntaggedThoughts, pieces: readonly string[], isCutOff = false): string {
  const filter = thoughts.begin();
  const push = (piece: string) => {
    if (piece !== '</think>') return filter.push(piece) ?? '~';
    filter.thoughtEnded();
    return '';
  };
  return pieces.map(push).join('') + filter.end(isCutOff);
}

const THINKING = ['They ', 'ask the time.', '\n', '</think>', '\n\n', 'It is ', 'noon.'];
const PLAIN = ['It is ', 'noon.'];

test('a model whose name says that it thinks is waited for', () => {
  for (const id of ['Qwen/Qwen3-4B-Thinking-2507', 'deepseek-r1:8b', 'qwq-32b', 'MiniMax-M2']) {
    expect(answer(new UntaggedThoughts(id, 'none'), THINKING)).toBe('~~~\n\nIt is noon.');
  }
});

test('a family that can do without thoughts is waited for only if it is to think', () => {
  expect(answer(new UntaggedThoughts('qwen3:8b', 'low'), THINKING)).toBe('~~~\n\nIt is noon.');
  expect(answer(new UntaggedThoughts('qwen3:8b', 'none'), PLAIN)).toBe('It is noon.');
});

test('another model is not delayed by one character', () => {
  const filter = new UntaggedThoughts('llama3.2', 'high').begin();
  expect(PLAIN.map((piece) => filter.push(piece))).toEqual(PLAIN);
});

const THINKING_ALOUD = ['Okay, ', 'the user ', 'asks. ', 'Hm', '.\n', '</think>', '\n', 'Noon.'];

test('the first answer of an unknown model is waited for once it speaks of the person', () => {
  expect(answer(new UntaggedThoughts('local', 'none'), THINKING_ALOUD)).toBe('Okay, ~~~~\nNoon.');
});

test('an answer that speaks of users is whole, and only a first one is late', () => {
  const pieces = ['For ', 'the user ', 'it is free.'];
  const thoughts = new UntaggedThoughts('local', 'none');
  expect(answer(thoughts, pieces)).toBe('For ~~the user it is free.');
  expect(answer(thoughts, pieces)).toBe('For the user it is free.');
});

test('a model that was found to think so is waited for from its next answer on', () => {
  const thoughts = new UntaggedThoughts('local', 'none');
  expect(answer(thoughts, THINKING)).not.toContain('think>');
  expect(answer(thoughts, THINKING)).toBe('~~~\n\nIt is noon.');
});

test('a model that answers without thoughts is waited for no longer', () => {
  const thoughts = new UntaggedThoughts('deepseek-r1', 'none');
  expect(answer(thoughts, PLAIN)).toBe('~~It is noon.');
  expect(answer(thoughts, PLAIN)).toBe('It is noon.');
});

test('a server that keeps thoughts apart is not waited for, nor does it lose a word', () => {
  const thoughts = new UntaggedThoughts('deepseek-r1', 'none');
  const filter = thoughts.begin();
  expect(filter.push('It ')).toBeUndefined();
  filter.thoughtApart();
  expect(filter.push('is noon.')).toBe('It is noon.');
  expect(answer(thoughts, PLAIN)).toBe('It is noon.');
});

test('thoughts without an end, cut off by the longest answer, are not said', () => {
  expect(answer(new UntaggedThoughts('qwq', 'none'), THINKING.slice(0, 2), true)).toBe('~~');
});

test('a step without text teaches nothing', () => {
  const thoughts = new UntaggedThoughts('qwq', 'none');
  expect(answer(thoughts, [])).toBe('');
  expect(answer(thoughts, THINKING)).toBe('~~~\n\nIt is noon.');
});

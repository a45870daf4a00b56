import { expect, test } from 'vitest';
import { isSpeakable, splitText } from './speakable-text.ts';

test('a short text stays one message', () => {
  expect(splitText('Hello there.', 20)).toEqual(['Hello there.']);
});

test('a long text is cut between words and loses nothing', () => {
  const text = 'one two three four five six seven';
  const pieces = splitText(text, 10);
  expect(pieces.join('')).toBe(text);
  expect(pieces.every((piece) => piece.length <= 10)).toBe(true);
  expect(pieces[0]).toBe('one two');
});

test('a text without spaces is cut, but not within a character', () => {
  const text = '🙂'.repeat(13);
  const pieces = splitText(text, 5);
  expect(pieces.join('')).toBe(text);
  expect(pieces.every((piece) => piece.isWellFormed() && piece.length <= 5)).toBe(true);
});

test('no message is empty', () => {
  expect(splitText(`${'x'.repeat(10)} `, 10)).toEqual(['x'.repeat(10)]);
});

test.each([
  ['Good morning.', true],
  ['おはよう', true],
  ['7', true],
  ['…', false],
  [' — ', false],
])('%j can be spoken: %j', (text, expected) => {
  expect(isSpeakable(text)).toBe(expected);
});

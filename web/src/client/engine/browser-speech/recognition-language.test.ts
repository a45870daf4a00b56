import { expect, test } from 'vitest';
import { recognitionLanguage } from './speech-recognition.ts';

test.each([
  ['en-GB', undefined, 'en-GB'],
  ['fr-FR', undefined, 'en-US'],
  ['en-GB', 'en-US', 'en-GB'],
  ['de-AT', 'de', 'de-AT'],
  ['en-US', 'de', 'de-DE'],
  ['en-US', 'pt', 'pt-BR'],
  ['en-US', 'de-CH', 'de-CH'],
  ['en-US', 'x', 'x'],
  // What some browsers say is not a language.
  ['en-US@posix', 'en', 'en-US'],
  ['de_AT', 'de', 'de-DE'],
  ['C', 'de', 'de-DE'],
  ['', undefined, 'en-US'],
  [undefined, 'en-US', 'en-US'],
])('of a browser in %s and a call in %s is %s', (preferred, wanted, expected) => {
  expect(recognitionLanguage(preferred, wanted)).toBe(expected);
});

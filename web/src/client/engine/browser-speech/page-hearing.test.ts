import { expect, test } from 'vitest';
import { beyondEcho } from './browser-hearing.ts';

const ANSWER =
  'Octopuses have three hearts. Two of them pump blood through the gills, and the third one rests.';

test.each([
  ['our own words', 'octopuses have three hearts two of them', ''],
  ['our own words, misheard here and there', 'two of them pump a blood through the bills', ''],
  ['a single word of ours', 'hearts', ''],
  ['something else', 'what time is it', 'what time is it'],
  ['a command', 'stop', 'stop'],
  ['our own words and then a person', 'have three hearts stop talking', 'stop talking'],
  [
    'a question with a word of ours',
    'how many hearts does a squid have',
    'how many hearts does a squid have',
  ],
  ['nothing', '', ''],
])('%s', (_, heard, said) => {
  expect(beyondEcho(heard, ANSWER)).toBe(said);
});

test('while nothing is being said, everything is the person’s', () => {
  expect(beyondEcho('octopuses have three hearts', '')).toBe('octopuses have three hearts');
});

import { describe, expect, it } from 'vitest';
import { conversationAt, PHRASINGS_NOW } from '../understanding/phrasings.rig.ts';
import { UNDERSTOOD_SENTENCES } from '../understanding/sentences.rig.ts';
import { asWritten, inFigures, phraseState } from '../index.ts';

describe('words that were heard', () => {
  it.each([
    ['what time is it in new york', 'What time is it in New York'],
    ['how many days until christmas eve', 'How many days until Christmas Eve'],
    ["when is new year's day", "When is New Year's Day"],
    ['how many days until the third of may', 'How many days until the third of May'],
    ['what may i ask you', 'What may I ask you'],
    ["i'd like a timer", "I'd like a timer"],
    ['convert ten degrees celsius to fahrenheit', 'Convert ten degrees Celsius to Fahrenheit'],
    ['hey parley what is the romeo timer', 'Hey Parley what is the romeo timer'],
    ['', ''],
  ])('are written with capitals: %s', (heard, written) => {
    expect(asWritten(heard, false)).toBe(written);
  });

  it.each([
    ['what time is it in tokyo', 'What time is it in Tokyo?'],
    ['set a timer for five minutes', 'Set a timer for 5 minutes'],
    ['set an alarm for seven oh five a.m.', 'Set an alarm for 7:05 a.m.'],
    ['how old is someone born in nineteen eighty five', 'How old is someone born in 1985?'],
    ['what is seven times eight', 'What is 7 times 8?'],
    ['another one', 'Another one'],
    ['set a timer for a hundred and ten minutes', 'Set a timer for a hundred and ten minutes'],
    ['add nineteen ten and five', 'Add 19 10 and 5'],
    ['', ''],
  ])('are written with figures when all is heard: %s', (heard, written) => {
    expect(asWritten(heard, true)).toBe(written);
  });

  it('have the same state and the same answer', async () => {
    const answerTo = (words: string) => conversationAt(PHRASINGS_NOW).say(words);
    const wrong: string[] = [];
    for (const sentence of UNDERSTOOD_SENTENCES) {
      expect(phraseState(asWritten(sentence, false)), sentence).toBe(phraseState(sentence));
      // oxlint-disable-next-line no-await-in-loop -- one conversation after the other
      const [heard, shown] = await Promise.all([
        answerTo(sentence),
        answerTo(asWritten(sentence, true)),
      ]);
      if (heard !== shown) wrong.push(`${asWritten(sentence, true)}: ${shown}, not ${heard}`);
    }
    expect(wrong).toEqual([]);
  });
});

it.each([
  ['It is two thirty nine in the afternoon in Tokyo.', 'It is 2:39 in the afternoon in Tokyo.'],
  ['It is twelve oh four in the morning on Saturday.', 'It is 12:04 in the morning on Saturday.'],
  ["It is nine o'clock in the morning.", "It is 9 o'clock in the morning."],
  ['It is twelve noon.', 'It is 12 noon.'],
  [
    'Tomorrow is Saturday, November twenty second, twenty twenty five.',
    'Tomorrow is Saturday, November 22, 2025.',
  ],
  ['Seven times eight is fifty six.', '7 times 8 is 56.'],
  ['Ten minus ten is zero.', '10 minus 10 is 0.'],
  ['Two plus minus one is one.', '2 plus -1 is 1.'],
  [
    'Minus forty degrees celsius is minus forty degrees fahrenheit.',
    '-40 degrees Celsius is -40 degrees Fahrenheit.',
  ],
  ['One mile is five thousand two hundred eighty feet.', '1 mile is 5,280 feet.'],
  ['Born in two thousand five.', 'Born in 2005.'],
  ['The square root of two is about one point four one.', 'The square root of 2 is about 1.41.'],
  ['Two thirds of sixty is forty.', 'Two thirds of 60 is 40.'],
  ['You rolled a one and a six.', 'You rolled a 1 and a 6.'],
  ['One minute left on that one, say which one.', 'One minute left on that one, say which one.'],
  ['Another one for ten minutes.', 'Another one for 10 minutes.'],
  [
    'There are two: the tea timer and the six thirty alarm. Say which one, or cancel all.',
    'There are 2: the tea timer and the 6:30 alarm. Say which one, or cancel all.',
  ],
])('writes “%s” as “%s”', (said, written) => {
  expect(inFigures(said)).toBe(written);
});

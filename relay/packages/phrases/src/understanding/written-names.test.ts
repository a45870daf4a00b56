import { expect, it } from 'vitest';
import { phraseState } from '../index.ts';
import { conversationAt, PHRASINGS_NOW } from './phrasings.rig.ts';
import { UNDERSTOOD_SENTENCES } from './sentences.rig.ts';
import { withNames } from './written-names.ts';

it.each([
  ['what time is it in new york', 'what time is it in New York'],
  ['how many days until christmas eve', 'how many days until Christmas Eve'],
  ["when is new year's day", "when is New Year's Day"],
  ['how many days until the third of may', 'how many days until the third of May'],
  ['what may i ask you', 'what may I ask you'],
  ["i'd like a timer", "I'd like a timer"],
  ['convert ten degrees celsius to fahrenheit', 'convert ten degrees Celsius to Fahrenheit'],
  ['hey parley what is the romeo timer', 'hey Parley what is the romeo timer'],
  ['', ''],
])('writes “%s” as “%s”', (heard, written) => {
  expect(withNames(heard)).toBe(written);
});

it('changes neither the state nor the answer of a sentence', async () => {
  const answerTo = (words: string) => conversationAt(PHRASINGS_NOW).say(words);
  for (const sentence of UNDERSTOOD_SENTENCES) {
    const written = withNames(sentence);
    if (written === sentence) continue;
    expect(phraseState(written), written).toBe(phraseState(sentence));
    // oxlint-disable-next-line no-await-in-loop -- some twenty of them
    expect(await answerTo(written)).toBe(await answerTo(sentence));
  }
});

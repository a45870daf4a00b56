import { z } from 'zod';
import { anyWordSlot } from '../phrases/slots/free-text.ts';
import { pickOther } from '../phrases/wording.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
import { defineTool } from './tool.ts';

const JOKES = [
  'I told my calendar a secret. Now its days are numbered.',
  'Why did the clock go back for more soup? It wanted 4 seconds.',
  'My microphone and I broke up. It said I was always talking over it.',
  'What do you call a sleeping bull? A bulldozer.',
  'I wanted to tell you a joke about silence, but it goes without saying.',
  'Why did the number 9 feel left out? Because 7 and 8 kept to themselves.',
  'A ladder is a fine friend. It is always there when you want to move up.',
  'Why are elevators so good at jokes? They work on many levels.',
  'I used to be afraid of speed bumps. I am slowly getting over it.',
  'What did the ocean say to the shore? Nothing. It just waved.',
  'The bakery burned down last night. Now the business is toast.',
  'Why did the scarecrow get a raise? He was outstanding in his field.',
] as const;

const FACTS = [
  'Light from the sun takes about 8 minutes to reach us.',
  'Sound travels about 4 times faster in water than in air.',
  'Octopuses have 3 hearts.',
  'Honey keeps for so long that jars of it have been found in ancient tombs.',
  'A day on Venus is longer than its year.',
  'Bananas are berries in the eyes of a botanist, and strawberries are not.',
  'The Eiffel Tower grows by several inches in the heat of summer.',
  'Sea otters hold hands while they sleep, so that they do not drift apart.',
  'There are more trees on earth than stars in our galaxy.',
  'A group of flamingos is called a flamboyance.',
  'The shortest war on record lasted less than an hour.',
  'Your ears keep working while you sleep. Your brain simply pays less attention.',
] as const;

const tellJoke = toolTelling('tell_joke', 'A short joke.', JOKES);
const tellFact = toolTelling('tell_fact', 'A surprising fact.', FACTS);

function toolTelling(name: string, description: string, texts: readonly [string, ...string[]]) {
  return defineTool({
    name,
    description,
    input: z.object({}),
    run: (_, { random, lastReply }) => pickOther(texts, random, lastReply),
    report: (said) => said,
  });
}

export const jokes: Capability = {
  name: 'jokes',
  tools: [tellJoke],
  examples: ['Tell me a joke.'],
  intents: [
    intent({
      phrases: ['tell me (a | another) joke', 'make me laugh', 'do you know a joke'],
      variants: [
        '(do you know | do you have | have you got | say | know) [any | some | good | another] (joke | jokes)',
        '(tell | give | say) [me] [some | more] jokes',
        'say something funny',
        '(say | tell) [me] [something] [another] [good] (joke | funny)',
        '(tell me | can i hear | do you know) [a | any] [really | kind of a] (funny | silly | short | quick) (joke | jokes)',
        'can i (hear | get | have) joke',
        'one more joke',
      ],
      typed: ['[another] joke', 'tell joke', '(any | some | more) jokes'],
      isRepeatable: true,
      answer: (_, context) => tellJoke.run({}, context),
    }),
    intent({
      typed: [
        '(tell | give | say | do you know | do you have | know) [me] [another | any | some] <kind> (joke | jokes)',
      ],
      slots: { kind: anyWordSlot },
      isRepeatable: true,
      answer: (_, context) => tellJoke.run({}, context),
    }),
  ],
};

export const facts: Capability = {
  name: 'facts',
  tools: [tellFact],
  examples: ['Tell me a fun fact.'],
  intents: [
    intent({
      phrases: ['tell me (a | another) [fun] fact', 'tell me something interesting'],
      variants: [
        'give me [another] [fun | random | interesting] fact',
        'tell me [another | any | a] (random | interesting | cool | quick) fact',
        'tell me something [new | i do not know]',
        'surprise me',
      ],
      typed: ['[another | fun | random] fact', '(do you know | tell me) [any | some] [fun] facts'],
      isRepeatable: true,
      answer: (_, context) => tellFact.run({}, context),
    }),
    intent({
      typed: [
        '(tell | give | say | do you know | do you have | know) [me] [another | any | some] <kind> (fact | facts)',
      ],
      slots: { kind: anyWordSlot },
      isRepeatable: true,
      answer: (_, context) => tellFact.run({}, context),
    }),
  ],
};

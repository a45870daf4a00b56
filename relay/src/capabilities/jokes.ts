import { z } from 'zod';
import { pickOther } from '../phrases/wording.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
import { defineTool } from './tool.ts';

const JOKES = [
  'I told my calendar a secret. Now its days are numbered.',
  'Why did the clock go back for more soup? It wanted four seconds.',
  'My microphone and I broke up. It said I was always talking over it.',
  'What do you call a sleeping bull? A bulldozer.',
  'I wanted to tell you a joke about silence, but it goes without saying.',
  'Why did the number nine feel left out? Because seven and eight kept to themselves.',
  'A ladder is a fine friend. It is always there when you want to move up.',
  'Why are elevators so good at jokes? They work on many levels.',
  'I used to be afraid of speed bumps. I am slowly getting over it.',
  'What did the ocean say to the shore? Nothing. It just waved.',
  'The bakery burned down last night. Now the business is toast.',
  'Why did the scarecrow get a raise? He was outstanding in his field.',
] as const;

const tellJoke = defineTool({
  name: 'tell_joke',
  description: 'A short joke.',
  input: z.object({}),
  run: (_, { random, lastReply }) => pickOther(JOKES, random, lastReply),
  report: (said) => said,
});

export const jokes: Capability = {
  name: 'jokes',
  tools: [tellJoke],
  examples: ['Tell me a joke.'],
  intents: [
    intent({
      phrases: ['tell me (a | another) joke', 'make me laugh'],
      typed: [
        '[another] joke',
        'do you know [any | good] (joke | jokes)',
        '(say | tell) [me] [something] [another] [good] (joke | funny)',
        'one more joke',
        'tell joke',
      ],
      answer: (_, context) => tellJoke.run({}, context),
    }),
  ],
};

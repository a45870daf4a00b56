import { z } from 'zod';
import { pickOther } from '../phrases/wording.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
import { defineTool } from './tool.ts';

const FACTS = [
  'Light from the sun takes about eight minutes to reach us.',
  'Sound travels about four times faster in water than in air.',
  'Octopuses have three hearts.',
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

const tellFact = defineTool({
  name: 'tell_fact',
  description: 'A surprising fact.',
  input: z.object({}),
  run: (_, { random, lastReply }) => pickOther(FACTS, random, lastReply),
  report: (said) => said,
});

export const facts: Capability = {
  name: 'facts',
  tools: [tellFact],
  examples: ['Tell me a fun fact.'],
  intents: [
    intent({
      phrases: ['tell me (a | another) [fun] fact', 'tell me something interesting'],
      typed: [
        '[another | fun | random] fact',
        'give me [another] [fun | random | interesting] fact',
        'tell me [another] (random | interesting) fact',
        'tell me something [new | i do not know]',
        'surprise me',
      ],
      answer: (_, context) => tellFact.run({}, context),
    }),
  ],
};

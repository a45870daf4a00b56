import { pick } from '../phrases/wording.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';

export const help: Capability = {
  name: 'help',
  examples: ['What can you do?'],
  intents: [
    intent({
      phrases: ['what can you do', 'what can i (say | ask)', 'help me'],
      variants: [
        'help',
        'what can i ask you',
        'what do you (do | know | understand)',
        'how can you help [me]',
        'what are you able to do',
        'how does this work',
        'what else can you do',
        'how do i use this',
        'how do you work',
        'what (can | could | should | may) i (ask | say | tell) [you | to you]',
        'what (can | do) you help [me] with',
        'what are your (skills | commands | features)',
        '(can you help | i need help | please help) [me]',
      ],
      typed: ['commands'],
      answer: (_, { random, suggestions }) => {
        const [first = 'What time is it?', ...others] = suggestions;
        return `I can tell the time, do sums, convert units, keep timers, spell words, flip a coin and tell a joke. Try saying: ${pick([first, ...others], random)}`;
      },
    }),
  ],
};

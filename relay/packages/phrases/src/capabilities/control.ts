import { numberToWords } from '../phrases/number-words.ts';
import { smallNumberSlot } from '../phrases/slots/number.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';

export const control: Capability = {
  name: 'control',
  examples: ['Say that again.', 'Never mind.'],
  intents: [
    intent({
      phrases: ['another one', 'one more', 'again'],
      typed: [
        '[do | try] [it | that] (again | once more | one more time)',
        'another',
        'more',
        'one more time',
        'next one',
        'and another [one]',
      ],
      answer: (_, context) =>
        context.topic?.kind === 'repeatable'
          ? context.topic.again(context)
          : (context.lastReply ?? 'I have not said anything yet.'),
      topic: (_, earlier) => earlier,
    }),
    intent({
      phrases: ['(say | repeat) that [again]', 'what did you say'],
      typed: [
        '[please] repeat',
        'say again',
        'repeat (it | yourself)',
        'say it again',
        '(say | repeat) (that | it) [once more | one more time]',
        'what did you [just] say',
        'pardon',
        'come again',
        'what',
        'i did not (catch | hear | get) that',
        'repeat what you said',
        'what was that',
      ],
      answer: (_, { lastReply }) => lastReply ?? 'I have not said anything yet.',
    }),
    intent({
      // Without "no", the recogniser would take it for "hello".
      phrases: ['stop [it | talking]', 'never mind', 'be quiet', 'no'],
      typed: [
        'nevermind',
        'quiet',
        'shut up',
        'hush',
        'enough',
        'that is (enough | all)',
        'forget it',
        'no (no | thanks)',
        '(no | okay | wait) (stop | wait)',
        '(wait | stop) (wait | stop)',
        '(stop stop stop | wait wait wait | no no no)',
        'wait',
        'hold on',
        'no thank you',
        'nothing',
        'silence',
        'shush',
      ],
      answer: () => 'Okay.',
    }),
    intent({
      // An answer to what the assistant asks back.
      phrases: ['yes'],
      variants: ['yes please', 'yeah', 'that is right', 'right'],
      typed: [
        '(yes | yeah | yep | ok | okay | sure | alright | all right | fine | got it | i see | right)',
        '(mhm [mhm] | uh huh | hmm | oh | aha | sure)',
        'yes yes',
        'yeah yeah',
        'okay okay',
        'right right',
      ],
      answer: () => 'All right.',
    }),
    intent({
      // The same, with the right number; alone it means nothing.
      variants: ['<number> [minutes | seconds | hours]', 'no <number> [minutes | seconds | hours]'],
      typed: ['no [i] (said | meant) <number>'],
      slots: { number: smallNumberSlot },
      lastResort: true,
      answer: ({ number }) => `I heard ${numberToWords(number)}, but not what it is for.`,
    }),
  ],
};

import { pick } from '../phrases/wording.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';

export const smallTalk: Capability = {
  name: 'small-talk',
  examples: ['Hello.', 'How are you?', 'Who are you?', 'Thank you.', 'Goodbye.'],
  intents: [
    intent({
      phrases: ['hello [there]', 'good (morning | afternoon | evening)'],
      variants: [
        '(hi | hey | howdy | greetings | hello) [there | again | parley | everyone]',
        'good (day | to see you)',
        'nice to meet you',
      ],
      typed: ['(hi | hey | hello) (hi | hey | hello)', 'hey hey', 'hello world'],
      answer: (_, { random }) =>
        pick(
          [
            'Hello. What can I do for you?',
            'Hello, nice to hear you.',
            'Hello there. How can I help?',
          ],
          random,
        ),
    }),
    intent({
      phrases: ['how are you [today | doing]'],
      variants: [
        'how is it going',
        'how do you do',
        'how are things',
        'how are you doing (today | this morning | tonight)',
        'how have you been',
        '(hi | hey | hello) [there | parley] how are you [doing | today]',
      ],
      typed: ['are you (okay | well | alright)', 'what is up'],
      answer: (_, { random }) =>
        pick(
          ['I am well, thank you. How can I help?', 'All is well here. What can I do for you?'],
          random,
        ),
    }),
    intent({
      phrases: ['thank you [very much]', 'thanks a lot'],
      variants: [
        'thank you so much',
        '(thank you | thanks) [so | very] much',
        '(thank you | thanks) [a lot] that is (great | good | nice | perfect | all | it | fine | very kind | helpful)',
        '(thank you | thanks) (that helps | that helped) [me] [a lot]',
        '(great | cool | nice | perfect | super | awesome | wonderful | good | all right | lovely) (thanks | thank you) [a lot | very much | so much]',
        'thanks (lot | bunch | million)',
        'thank you for your help',
      ],
      typed: ['thanks', 'many thanks', 'cheers', 'thx', 'ty'],
      answer: (_, { random }) => pick(['You are welcome.', 'My pleasure.', 'Any time.'], random),
    }),
    intent({
      phrases: ['who are you', 'what is your name', 'who made you'],
      variants: [
        'do you have name',
        'what should i call you',
        'tell me about yourself',
        'introduce yourself',
        'who am i talking to',
        '(who | what company) (made | built | created | programmed | wrote | developed) you',
        'who are you made by',
        'where (do you come from | are you from)',
      ],
      typed: ['what are you'],
      answer: () =>
        'I am Parley, a small voice assistant that runs without any outside service. Ask me what I can do.',
    }),
    intent({
      phrases: ['are you (a robot | human)'],
      variants: [
        'are you (real | alive | person | machine | computer | bot | ai | real person | real human)',
      ],
      answer: () => 'I am a computer program. There is no person behind this voice.',
    }),
    intent({
      phrases: ['can you hear me'],
      variants: ['are you (there | listening)', 'do you hear me', 'is this [thing] (on | working)'],
      typed: ['(testing | test) [testing | test | one two three]'],
      answer: () => 'Yes, I am here and listening.',
    }),
    intent({
      phrases: ['goodbye', 'good night', 'see you (later | tomorrow)'],
      variants: ['talk to you later', 'have nice day'],
      typed: ['good bye', 'bye [bye | for now]', 'see you [soon]', 'see ya', 'farewell'],
      answer: (_, { random }) =>
        pick(['Goodbye.', 'Goodbye, until next time.', 'Take care. Goodbye.'], random),
    }),
    intent({
      variants: ['i am sorry', 'my apologies'],
      typed: ['sorry', 'excuse me'],
      answer: () => 'No harm done.',
    }),
    intent({
      variants: [
        'well done',
        'good job',
        'you are (great | good | nice | funny | awesome)',
        'i (like | love) you',
        'that (is | was) [very | really] (funny | good | nice | great | cool)',
      ],
      typed: [
        '(well done | good job | nice | great | awesome | cool | perfect | good | you are (great | good | nice | funny | awesome | best)) [job | work | one]',
        'that (is | was) [very | really] (funny | good | nice | great | cool) (joke | one)',
      ],
      answer: () => 'That is kind of you.',
    }),
  ],
};

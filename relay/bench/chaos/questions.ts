import type { Dialogue } from '../dialogues/dialogue.ts';

type Voice = Dialogue['voice'];

/**
 * Questions that the embedded assistant always answers alike, and that its recogniser hears alike
 * of both voices at any offset of its frames: effects of the time between two questions are not the
 * line's fault.
 */
const KNOWN = [
  'what is seven times eight',
  'what is the square root of eighty one',
  'how many kilometers is five miles',
  'how do you spell banana',
  'how many feet are in a mile',
  'how do you spell necessary',
  'spell rhythm',
  'can you hear me',
] as const;

/** Any words, and what a scripted language model says to them: some of it is long. */
const OPEN: readonly (readonly [question: string, answer: string])[] = [
  [
    'tell me about the harbour',
    'The harbour was dug by hand, in a winter when nothing else could be done. Stones were carried ' +
      'from the hill behind the town, one cart after the other, until the wall was high enough to ' +
      'keep out the spring tides. Eleven boats lay there in the first year. Today there are two ' +
      'hundred, and the old wall still holds.',
  ],
  [
    'how do i bake a plain loaf of bread',
    'Mix flour, water, salt and a little yeast. Knead for ten minutes, let it rest until it has ' +
      'doubled, shape it, and let it rest again. Bake it hot for half an hour.',
  ],
  [
    'which way is the station',
    'Straight on, then left behind the church. It is five minutes on foot.',
  ],
  ['will you remind me of the letter', 'Of course. The letter goes out on Friday.'],
  ['my brother plays the cello', 'How lovely. Does he play in an orchestra?'],
  ['is the pool open in the morning', 'Yes, from seven.'],
  [
    'what should i see in the old town',
    'Begin at the market square, early, before the stalls open. Walk down to the river, cross the ' +
      'footbridge, and climb to the garden on the other side. From there you see every roof.',
  ],
  [
    'how was the concert last night',
    'Long, loud and wonderful. The second half was better than the first.',
  ],
];

/** The questions, each with its number as its place. */
export const QUESTIONS: readonly Dialogue[] = [
  ...KNOWN.flatMap((text) => inVoices(['slt', 'rms'], 'embedded', text)),
  ...OPEN.flatMap(([text, reply]) => inVoices(['slt', 'rms', 'awb'], 'open', text, { reply })),
];

function inVoices(
  voices: readonly Voice[],
  transcriber: Dialogue['transcriber'],
  text: string,
  scripted: { readonly reply?: string } = {},
): readonly Dialogue[] {
  return voices.map((voice) => ({
    name: `${voice}: ${text}`,
    kind: 'finished',
    transcriber,
    voice,
    utterances: [{ parts: [text], at: { after: 0 }, expects: 'answer', ...scripted }],
  }));
}

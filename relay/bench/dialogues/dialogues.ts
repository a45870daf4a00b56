import type { Dialogue, DialogueKind, Utterance } from './dialogue.ts';

type Voice = Dialogue['voice'];
type Part = string | number;
type Room = Partial<Pick<Dialogue, 'rate' | 'gainDb' | 'background' | 'echoDb'>>;

const VOICES: readonly Voice[] = ['slt', 'rms', 'awb'];

/** Long enough for anything to be said over it. */
const LIGHTHOUSE =
  'The oldest lighthouse of the coast was built by fishermen, who carried every stone across the ' +
  'sand at low tide. For two hundred years its lamp was lit by hand. Then came oil, then gas, and ' +
  'at last a motor that nobody had to wind. Today the tower is a small museum, and on summer ' +
  'evenings the old lamp still turns for the visitors.';

/** One turn that begins a second after the page is ready. */
function turn(
  kind: DialogueKind,
  transcriber: Dialogue['transcriber'],
  voice: Voice,
  parts: readonly Part[],
  room: Room = {},
): Dialogue {
  const utterance: Utterance = { parts, at: { after: 1_000 }, expects: 'answer' };
  return { name: nameOf(parts), kind, transcriber, voice, ...room, utterances: [utterance] };
}

/** The assistant asks, the person answers. */
function answer(
  voice: Voice,
  [asks, reply]: readonly [string, string],
  afterMs: number,
  parts: readonly Part[],
  room: Room & { readonly kind?: DialogueKind } = {},
): Dialogue {
  const { kind = 'answer', ...rest } = room;
  return {
    name: `${reply} ${nameOf(parts)}`,
    kind,
    transcriber: 'open',
    voice,
    ...rest,
    utterances: [
      { parts: [asks], at: { after: 1_000 }, expects: 'answer', reply },
      { parts, at: { after: afterMs }, expects: 'answer' },
    ],
  };
}

/** Something is heard over a long reply. */
function over(
  kind: DialogueKind,
  transcriber: Dialogue['transcriber'],
  voice: Voice,
  said: {
    readonly parts: readonly Part[];
    readonly atMs?: number;
    readonly expects: Utterance['expects'];
  },
  room: Room = {},
): Dialogue {
  const { parts, atMs = 1_500, expects } = said;
  const opening: Utterance =
    transcriber === 'open'
      ? {
          parts: ['tell me about the lighthouse'],
          at: { after: 1_000 },
          expects: 'answer',
          reply: LIGHTHOUSE,
        }
      : { parts: ['what can you do'], at: { after: 1_000 }, expects: 'answer' };
  return {
    name: `over a reply: ${nameOf(parts) || JSON.stringify(room)}`,
    kind,
    transcriber,
    voice,
    ...room,
    utterances: [opening, { parts, at: { over: atMs }, expects }],
  };
}

function nameOf(parts: readonly Part[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : '…')).join(' ');
}

const each = <T>(items: readonly T[], make: (item: T, voice: Voice) => Dialogue) =>
  items.map((item, index) => make(item, VOICES[index % VOICES.length]!));

const QUESTION_NUMBER = [
  'please change my number',
  'Of course. What is your phone number?',
] as const;
const QUESTION_NAME = ['i want to book a table', 'Gladly. How do you spell your name?'] as const;
const QUESTION_MORE = [
  'read me the news',
  'There are four stories. Do you want to hear the first one?',
] as const;
const QUESTION_WHICH = [
  'stop the timer please',
  'There are two timers. Which one do you mean?',
] as const;

/** The turn-taking suite. Its sentences are in no list that anything was learnt from. */
export const DIALOGUES: readonly Dialogue[] = [
  ...each(
    [
      'what time is it',
      'what is seven times eight',
      'set a timer for ten minutes',
      'tell me a joke',
      'how many kilometers is five miles',
      'flip a coin',
    ],
    (text, voice) => turn('finished', 'embedded', voice, [text]),
  ),
  ...each(
    [
      'how many rivers flow into the lake',
      'i would like to know more about whales',
      'can you recommend a good bakery',
      'my cousin broke his leg on holiday',
      'is the swimming pool open on monday',
      'tell me what you had for dinner',
    ],
    (text, voice) => turn('finished', 'open', voice, [text]),
  ),
  turn('finished', 'open', 'slt', ['where did you put the scissors'], { rate: 1.15 }),
  turn('finished', 'open', 'rms', ['the train to leeds was cancelled again'], {
    rate: 0.88,
    gainDb: -9,
  }),
  ...each<readonly Part[]>(
    [
      ['set a timer for', 800, 'ten minutes'],
      ['what is seven times', 700, 'eight'],
      ['how many kilometers', 900, 'is five miles'],
      ['how do you spell', 1_000, 'necessary'],
      ['convert seventy degrees fahrenheit', 600, 'to celsius'],
      ['set a timer', 650, 'for five minutes'],
    ],
    (parts, voice) => turn('pause', 'embedded', voice, parts),
  ),
  ...each<readonly Part[]>(
    [
      ['i would like to travel to', 900, 'the north of norway'],
      ['could you tell me whether the', 700, 'library is open today'],
      ['when the rain stops', 800, 'we can go for a walk'],
      ['my sister wants to', 1_000, 'study medicine in the autumn'],
      ['what is the best way to', 750, 'clean a wooden floor'],
      ['i need a present for', 600, 'my grandfather', 700, 'who likes fishing'],
    ],
    (parts, voice) => turn('pause', 'open', voice, parts),
  ),
  ...each<readonly Part[]>(
    [
      ['i was thinking about um', 800, 'buying a new bicycle'],
      ['so the thing is uh', 900, 'my window is broken'],
      ['well i wanted to', 700, 'um', 700, 'ask you something'],
    ],
    (parts, voice) => turn('filler', 'open', voice, parts),
  ),
  ...each<readonly Part[]>(
    [
      ['five five five', 700, 'zero one two', 700, 'nine eight three four'],
      ['oh one six one', 800, 'four nine six', 600, 'two two one'],
    ],
    (parts, voice) => answer(voice, QUESTION_NUMBER, 400, parts, { kind: 'number' }),
  ),
  turn('number', 'open', 'awb', [
    'my number is four four seven',
    900,
    'six two one three',
    800,
    'eight nine zero',
  ]),
  turn('number', 'open', 'slt', [
    'my email is peter',
    700,
    'dot walker at',
    800,
    'example dot com',
  ]),
  answer('rms', QUESTION_NAME, 400, ['w i l', 700, 'k e s'], { kind: 'spelling' }),
  turn('spelling', 'open', 'slt', ['it is spelled', 800, 'm e y', 600, 'e r']),
  turn('list', 'open', 'rms', [
    'we need bread and',
    700,
    'cheese and',
    800,
    'two bottles of water',
  ]),
  turn('list', 'open', 'awb', ['please buy apples', 450, 'pears and', 700, 'a melon']),
  answer('slt', QUESTION_MORE, 100, ['yes']),
  answer('rms', QUESTION_MORE, 250, ['no thanks']),
  answer('awb', QUESTION_WHICH, 150, ['the second one']),
  answer('slt', QUESTION_WHICH, 600, ['the one for the pasta']),
  ...each(['uh huh', 'okay', 'yeah', 'right', 'hmm', 'i see'], (text, voice) =>
    over('backchannel', 'open', voice, { parts: [text], expects: 'listening' }),
  ),
  ...each(['uh huh', 'hmm', 'okay', 'yeah'], (text, voice) =>
    over('backchannel', 'embedded', voice, { parts: [text], expects: 'listening' }),
  ),
  ...each(['stop', 'wait', 'no', 'be quiet'], (text, voice) =>
    over('stop', 'embedded', voice, { parts: [text], expects: 'silence' }),
  ),
  ...each(['stop', 'hold on', "that's enough"], (text, voice) =>
    over('stop', 'open', voice, { parts: [text], expects: 'silence' }),
  ),
  over('interruption', 'embedded', 'rms', { parts: ['what time is it'], expects: 'answer' }),
  over('interruption', 'open', 'slt', { parts: ['and who lives there today'], expects: 'answer' }),
  over('interruption', 'open', 'awb', { parts: ['yeah but what does it cost'], expects: 'answer' }),
  turn('noise', 'embedded', 'slt', ['what time is it'], {
    background: { sound: 'noise', db: -50 },
  }),
  turn('noise', 'embedded', 'rms', ['set a timer for', 700, 'ten minutes'], {
    background: { sound: 'noise', db: -45 },
  }),
  turn('noise', 'open', 'awb', ['can you recommend a good bakery'], {
    background: { sound: 'noise', db: -40 },
  }),
  over(
    'noise',
    'open',
    'slt',
    { parts: [], expects: 'listening' },
    { background: { sound: 'noise', db: -40 } },
  ),
  over(
    'noise',
    'open',
    'rms',
    { parts: [], expects: 'listening' },
    { background: { sound: 'taps', db: -25, isOverReply: true } },
  ),
  over(
    'music',
    'open',
    'slt',
    { parts: [], expects: 'listening' },
    { background: { sound: 'music', db: -30, isOverReply: true } },
  ),
  over(
    'music',
    'embedded',
    'rms',
    { parts: [], expects: 'listening' },
    { background: { sound: 'music', db: -40 } },
  ),
  turn('music', 'open', 'awb', ['when does the museum open'], {
    background: { sound: 'music', db: -42 },
  }),
  ...each([-10, -15, -20, -25], (echoDb, voice) =>
    over('echo', 'open', voice, { parts: [], expects: 'listening' }, { echoDb }),
  ),
  over('echo', 'embedded', 'rms', { parts: [], expects: 'listening' }, { echoDb: -15 }),
  over('echo', 'embedded', 'slt', { parts: ['stop'], expects: 'silence' }, { echoDb: -20 }),
  answer('rms', QUESTION_MORE, 300, ['yes please'], { kind: 'echo', echoDb: -20 }),
];

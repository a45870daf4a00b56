import type { SpeechGrammar } from './grammar.ts';

/**
 * What people say over a reply without wanting an answer: words that ask for silence, and
 * backchannels. They are too short for the grammar of whole sentences, in which any of them would
 * compete with thousands of beginnings; so they are listened for beside it, by a decoder of their own.
 */

const STOP_PHRASES = [
  ...['stop', 'wait', 'no'].flatMap((word) => [word, `${word} ${word}`, `${word} ${word} ${word}`]),
  ...['okay stop', 'okay wait', 'no stop', 'no wait', 'wait stop'],
  ...['hold on', 'be quiet', 'never mind', 'stop it', 'shut up'],
];
const BACKCHANNELS = [
  ...['mhm', 'yeah', 'yes', 'okay', 'right'].flatMap((word) => [word, `${word} ${word}`]),
  ...['uh-huh', 'hmm', 'i see', 'oh', 'aha', 'sure', 'all right', 'got it'],
];

/** As the recogniser writes them. */
export const INTERJECTION_WORDS: ReadonlySet<string> = new Set([...STOP_PHRASES, ...BACKCHANNELS]);

/** A whole sentence that is as short, and resembles "no": not an interjection. */
const GREETING = 'hello';

/** The sound of breath behind a word, which a loop over all phones would follow better. */
const BREATH = 'parley-breath';

/** Longer speech is a sentence. */
export const MAX_INTERJECTION_VOICE_MS = 900;

/** Its dictionary is nothing but these pronunciations. */
export const INTERJECTION_GRAMMAR: SpeechGrammar = {
  rules: `<interjection> = (${[...INTERJECTION_WORDS, GREETING].join(' | ')}) [${BREATH}];`,
  utterance: 'interjection',
  pronunciations: {
    stop: ['S T AA P'],
    wait: ['W EY T', 'W EY'],
    no: ['N OW', 'N AW'],
    hold: ['HH OW L D'],
    on: ['AA N', 'AO N'],
    be: ['B IY'],
    quiet: ['K W AY AH T'],
    never: ['N EH V ER'],
    mind: ['M AY N D'],
    shut: ['SH AH T'],
    up: ['AH P'],
    mhm: ['M HH M', 'AH M HH AH M'],
    'uh-huh': ['AH HH AH'],
    hmm: ['HH M', 'M', 'HH AH M'],
    yeah: ['Y AE', 'Y EH', 'Y AE AH'],
    yes: ['Y EH S'],
    okay: ['OW K EY'],
    right: ['R AY T'],
    i: ['AY'],
    see: ['S IY'],
    oh: ['OW'],
    aha: ['AA HH AA', 'AH HH AA'],
    sure: ['SH UH R'],
    all: ['AO L'],
    got: ['G AA T'],
    it: ['IH T'],
    [GREETING]: ['HH AH L OW', 'HH EH L OW'],
    [BREATH]: ['F', 'TH', 'K', 'HH', 'P'],
  },
  rejectWeight: 0.000_001,
};

/**
 * Word insertion penalty of its decoder: each phone of the loop that refuses other speech costs as
 * much as a word. Measured with four voices at several rates: at the decoder's own 0.65, a third
 * of the stop words are refused, below 0.005, parts of other sentences become stop words.
 */
export const INTERJECTION_WORD_INSERTION = 0.02;

/** The interjection in a decoder's words; undefined if they are other speech, or only begin one. */
export function readInterjection(text: string): string | undefined {
  const words = text.split(/\s+/).map((word) => word.replace(/\(\d+\)$/, ''));
  const said = words.filter((word) => word !== '' && word !== BREATH).join(' ');
  return INTERJECTION_WORDS.has(said) ? said : undefined;
}

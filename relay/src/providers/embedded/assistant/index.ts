import { CAPABILITIES } from '../../capabilities/index.ts';
import { phraseStateOf } from './phrase-state.ts';
import { speechGrammarOf, spokenPhrasesOf } from './speech-grammar.ts';
import { understandAll } from './understand.ts';

export { createEmbeddedAssistant } from './assistant.ts';

const SPOKEN = spokenPhrasesOf(CAPABILITIES);

/** What the embedded recogniser listens for: the spoken phrases of every capability. */
export const EMBEDDED_SPEECH_GRAMMAR = speechGrammarOf(SPOKEN);

/** What words are to the assistant: a whole phrase, the beginning of one, or nothing it knows. */
export const embeddedPhraseState = phraseStateOf(
  SPOKEN,
  (words) => understandAll(words, CAPABILITIES).length > 0,
);

import { CAPABILITIES } from '../../capabilities/index.ts';
import { speechGrammarOf } from './speech-grammar.ts';

export { createEmbeddedAssistant } from './assistant.ts';

/** What the embedded recogniser listens for: the spoken phrases of every capability. */
export const EMBEDDED_SPEECH_GRAMMAR = speechGrammarOf(CAPABILITIES);

import { speechGrammarOf } from './language/speech-grammar.ts';
import { SKILLS } from './skills/index.ts';

export { createEmbeddedAssistant } from './assistant.ts';

/** What the embedded recogniser listens for: the spoken phrases of every skill. */
export const EMBEDDED_SPEECH_GRAMMAR = speechGrammarOf(SKILLS);

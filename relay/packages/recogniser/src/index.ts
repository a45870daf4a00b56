export type { SpeechGrammar } from './grammar.ts';
export { loadGrammar } from './load-grammar.ts';
export { Recogniser, type GrammarNetworks, type RecognisedSpeech } from './recogniser.ts';
export type { RecogniserAnswer, RecogniserRequest } from './recogniser-protocol.ts';
export { recogniserThreads } from './threads.ts';
export { mayBeVoiced } from './voicing.ts';

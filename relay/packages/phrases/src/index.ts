import { CAPABILITIES } from './capabilities/index.ts';
import { asSentence, withCapitals } from './phrases/written-form.ts';
import { phraseStateOf } from './understanding/phrase-state.ts';
import { speechGrammarOf, spokenPhrasesOf } from './understanding/speech-grammar.ts';
import { understandAll } from './understanding/understand.ts';

export { CAPABILITIES } from './capabilities/index.ts';
export type { ToolContext } from './capabilities/tool.ts';
export { isAskingBack } from './understanding/asking-back.ts';
export { isRefusal } from './understanding/refusals.ts';
export { replyTo, type PhraseReply, type PhraseReplyRequest } from './understanding/reply.ts';
export { inFigures } from './phrases/written-form.ts';

const SPOKEN = spokenPhrasesOf(CAPABILITIES);

/** What a recogniser listens for: the spoken phrases of every capability. */
export const SPEECH_GRAMMAR = speechGrammarOf(SPOKEN);

/** How words fit the assistant: a whole phrase, the beginning of one, or nothing it knows. */
export const phraseState = phraseStateOf(SPOKEN, isUnderstood);

/**
 * The words of the recogniser, which are all small, as people write them.
 *
 * @param isWhole - nothing follows, and no number is in doubt: with figures, and a question mark,
 *   unless that would not be understood
 */
export function asWritten(words: string, isWhole: boolean): string {
  const sentence = asSentence(words);
  return isWhole && isUnderstood(sentence) ? sentence : withCapitals(words);
}

function isUnderstood(words: string): boolean {
  return understandAll(words, CAPABILITIES).length > 0;
}

/** What a person says while a reply is heard. */
export type Interjection =
  /** The person only listens, aloud. */
  | 'backchannel'
  /** The person wants silence. */
  | 'stop'
  | 'other';

export interface InterjectionContext {
  /** BCP 47. */
  readonly language: string;
  /** The assistant has just asked something: "yes" is an answer then. */
  readonly isQuestion: boolean;
}

const BACKCHANNELS = new Set(['mhm', 'uh-huh', 'hmm', 'yeah', 'yes', 'okay', 'right', 'aha']);
const STOP_WORDS = new Set(['stop', 'wait', 'no', 'enough']);

/** @param words - none at all count as a backchannel */
export function classifyInterjection(
  words: string,
  { isQuestion }: InterjectionContext,
): Interjection {
  const said = words.toLowerCase().match(/[\p{L}'-]+/gu) ?? [];
  if (said.length === 0) return 'backchannel';
  if (isQuestion) return 'other';
  if (said.every((word) => BACKCHANNELS.has(word))) return 'backchannel';
  return said.every((word) => STOP_WORDS.has(word) || BACKCHANNELS.has(word)) ? 'stop' : 'other';
}

import type { ErrorCode } from '@parley/shared';

/** What is said aloud when a stage fails and may well work the next time; never silence. */
const APOLOGIES: Partial<Record<ErrorCode, string>> = {
  capacity_exhausted:
    "I'm sorry, everyone here is busy right now. Please try again in a few seconds.",
  transcriber_failed: "I'm sorry, my hearing failed for a moment. Please say that again.",
  transcriber_timeout: "I'm sorry, I could not make that out in time. Please say it again.",
  generator_failed: "I'm sorry, I could not find an answer. Please try again.",
  generator_timeout: "I'm sorry, that took me too long. Please try again.",
};
const OTHERWISE = "I'm sorry, something went wrong. Please try again.";

const BROWSER_LISTENS =
  "I'm sorry, I missed that. Your browser will listen from now on; please say that again.";
/** Nothing recognises speech any more. */
export const CANNOT_HEAR = 'I cannot hear for now. Please type to me.';
/** Speech arrives although the browser was to listen. */
export const BROWSER_SHOULD_LISTEN = 'I cannot hear you myself for now. Please type to me.';
const CANNOT_ANSWER = "I'm sorry, I cannot find answers for now. Please try again in a minute.";

/** An answer is asked for before anything was said. */
export const NOTHING_HEARD = 'I have not heard anything yet. What would you like to know?';

/** Another relay goes on with the call, and knows nothing of what was said before. */
export const FORGOTTEN =
  'I had to move to another server and no longer know what we said before. Please go on.';

/** Goes before an answer that was given to the same question a while ago. */
export const EARLIER_I_SAID = 'I cannot reach my source right now; earlier I said:';

/**
 * @param now - who does the work of the failed stage from here on: a provider's name, `browser`,
 *   or `none`
 */
export function apologyFor(code: ErrorCode, now = ''): string {
  if (code.startsWith('transcriber_')) {
    if (now === 'browser') return BROWSER_LISTENS;
    if (now === 'none') return CANNOT_HEAR;
  }
  if (code.startsWith('generator_') && now === 'none') return CANNOT_ANSWER;
  return APOLOGIES[code] ?? OTHERWISE;
}

/** Every sentence here, whole. */
export const APOLOGY_SENTENCES: readonly string[] = [
  ...Object.values(APOLOGIES),
  OTHERWISE,
  BROWSER_LISTENS,
  CANNOT_HEAR,
  BROWSER_SHOULD_LISTEN,
  CANNOT_ANSWER,
  NOTHING_HEARD,
  FORGOTTEN,
];

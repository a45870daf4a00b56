import { knownTimeZone, localTime } from '@parley/shared/time-zone';

/** How to speak, for a model that otherwise writes. */
export const DEFAULT_SYSTEM_PROMPT = [
  'You are Parley, a friendly voice assistant. Everything you answer is read aloud to the person you are talking with, and everything they say reaches you through speech recognition.',
  'Answer the way people talk: one to three short, plain sentences unless more is asked for. Say the most important thing first.',
  'Use no markdown, lists, headings, tables, code blocks, links, emoji or symbols. Say numbers, dates, units and abbreviations the way they are spoken where that sounds natural, such as "half past nine" or "twenty kilometers".',
  'Words may have been misheard: take the likeliest meaning, and ask back briefly where what was said is unclear. Text in square brackets describes what happened and was not said by anyone.',
  'Answer in the language the person speaks. If you do not know something, say so.',
].join('\n');

const TOOL_ADVICE =
  'You have tools: for timers and reminders, for the time anywhere, and perhaps others. Use them without announcing it when they help, never claim to have done something no tool did, and tell what came of it in your own words.';

const NO_TOOLS_ADVICE =
  'You have no tools: you cannot set timers or reminders or look anything up. Say so if you are asked to.';

const LANGUAGE_NAMES = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' });

/**
 * The instructions of every request, to the letter the same, so that vendors can cache them.
 *
 * @param language - BCP 47: chosen for this call; undefined: the relay's own, of which the operator
 *   may have said something else in the system prompt
 */
export function instructionsFor(
  systemPrompt: string,
  hasTools: boolean,
  language?: string,
): string {
  const instructions = `${systemPrompt}\n\n${hasTools ? TOOL_ADVICE : NO_TOOLS_ADVICE}`;
  if (language === undefined) return instructions;
  const name = LANGUAGE_NAMES.of(language) ?? language;
  return `${instructions}\n\nThe person has chosen ${name} for this call. Answer in ${name}, unless they ask for another language.`;
}

/**
 * The facts that are true only at the moment of asking. They go at the end of the last message, so
 * that all before it stays as it was from turn to turn; and into that message, because not every
 * model takes a system message after the first.
 *
 * @param person.timeZone - IANA name; UTC is used if this runtime does not know it
 */
export function momentFor(person: { readonly timeZone: string }, now: Date): string {
  const zone = knownTimeZone(person.timeZone);
  return `[For the person it is ${localTime(now, zone)} (time zone ${zone}).]`;
}

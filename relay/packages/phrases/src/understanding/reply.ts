import { CAPABILITIES } from '../capabilities/index.ts';
import type { Topic } from '../capabilities/phrase-context.ts';
import type { DialogueMessage, Speaker, ReminderBook } from '../conversation.ts';
import { settled } from './asking-back.ts';
import { isRefusal, nearestCapability, refusalOf } from './refusals.ts';
import { SUGGESTIONS, suggestionsAfter } from './suggestions.ts';
import { understandAll, type Understanding } from './understand.ts';

/** What is answered, and to whom. */
export interface PhraseReplyRequest {
  readonly history: readonly DialogueMessage[];
  /** How many messages at the end of `history` want an answer; 1 if absent. */
  readonly unasked?: number | undefined;
  readonly person: Speaker;
  readonly reminders: ReminderBook;
}

/** What an answer may depend on besides the conversation. */
export interface Chance {
  readonly now: () => Date;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
}

export interface PhraseReply {
  /** To all that is understood; empty if nothing is. */
  readonly answer: string;
  /** undefined: all is understood. */
  readonly refusal: { readonly asked: string; readonly text: string } | undefined;
  /** What the person could say next, at most two sentences; each is understood. */
  readonly suggestions: readonly string[];
}

const SILENCE: PhraseReply = { answer: '', refusal: undefined, suggestions: [] };

/** Answers what the phrases of the capabilities cover, and says so if none matches. */
export function replyTo(
  { history, unasked = 1, person, reminders }: PhraseReplyRequest,
  { now, random }: Chance,
): PhraseReply {
  const last = history.at(-1);
  // All is answered, and an answer is asked for once more.
  if (last?.role !== 'user') return { ...SILENCE, answer: lastReplyIn(history) ?? '' };
  if (history.slice(-Math.max(1, unasked)).every(isSilent)) return SILENCE;
  const { earlier, said, question } = settled(history, unasked, isUnderstood);
  if (question !== undefined) return { ...SILENCE, answer: question };
  const lastReply = lastReplyIn(history);
  let topic = topicOf(earlier);
  let refusal = undefined as PhraseReply['refusal'];
  const answers = requestsIn(said).flatMap((request) => {
    if (request === undefined) {
      const asked = said.find((message) => understoodIn(message).length === 0)?.text ?? '';
      const isAgain = isRefusal(lastReply ?? '');
      refusal = { asked, text: refusalOf({ text: asked, isAgain }, random) };
      return [];
    }
    const suggestions = suggestionsOn(earlier);
    const answer = request.answer({
      now,
      random,
      person,
      reminders,
      suggestions,
      lastReply,
      topic,
    });
    topic = request.topic(topic);
    return [answer];
  });
  const next = suggestionsAfter(refusal?.text ?? answers.at(-1) ?? '', refusal ? undefined : topic);
  // Its examples are not read out a second time, but can be pressed.
  const suggestions = refusal && next.length === 0 ? SUGGESTIONS.slice(0, 2) : next;
  return { answer: answers.join(' '), refusal, suggestions };
}

/** What each message asks for; or all as one sentence, if a pause has cut that into several. */
function requestsIn(said: readonly DialogueMessage[]): readonly (Understanding | undefined)[] {
  const each = said.map(understoodIn);
  if (each.every((requests) => requests.length > 0)) return each.flat();
  const whole = understandAll(said.map(({ text }) => text).join(' '), CAPABILITIES);
  if (whole.length > 0) return whole;
  // The assistant says once, and last, that it did not understand.
  return [...each.flat(), undefined];
}

function isUnderstood(words: string): boolean {
  return understandAll(words, CAPABILITIES).length > 0;
}

function understoodIn({ text }: DialogueMessage): readonly Understanding[] {
  return understandAll(text, CAPABILITIES);
}

/** How far back a phrase may refer to what was said. */
const REMEMBERED_MESSAGES = 12;

/** What was spoken of last. Words that were not understood leave it. */
function topicOf(earlier: readonly DialogueMessage[]): Topic | undefined {
  let topic: Topic | undefined;
  for (const message of earlier.slice(-REMEMBERED_MESSAGES)) {
    if (message.role !== 'user') continue;
    for (const understanding of understoodIn(message)) topic = understanding.topic(topic);
  }
  return topic;
}

/** The suggestions on what the person has just tried come first. */
function suggestionsOn(earlier: readonly DialogueMessage[]): readonly string[] {
  const tried = earlier.findLast(({ role }) => role === 'user');
  if (tried === undefined) return SUGGESTIONS;
  const capability = understoodIn(tried).at(-1)?.capability ?? nearestCapability(tried.text);
  const own = capability?.examples.filter((example) => SUGGESTIONS.includes(example)) ?? [];
  return own.length > 0 ? own : SUGGESTIONS;
}

function isSilent(message: DialogueMessage): boolean {
  return message.text.trim() === '' && !(message.role === 'user' && message.unrecognised === true);
}

function lastReplyIn(history: readonly DialogueMessage[]): string | undefined {
  return history.findLast(({ role, text }) => role === 'assistant' && text.trim() !== '')?.text;
}

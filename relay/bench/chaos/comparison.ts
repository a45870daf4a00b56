import { isRefusal } from '@parley/phrases';
import type { Conversation } from './conversation.ts';

/** The embedded voice's rate, samples per ms: what the player says it has played is held against it. */
const SAMPLES_PER_MS = 16;
/** The player's position is rounded. */
const MAX_ROUNDING_MS = 1;

/**
 * The differences of a conversation over a bad line from the one over a good line. Refusals are
 * alike, with any examples.
 *
 * @returns one line for each difference; none if each question was understood alike and each
 *   answer was heard alike, whole, once and in its place
 */
export function differences(good: Conversation, bad: Conversation): readonly string[] {
  const areRefusals = (index: number) =>
    [good, bad].every(({ replies }) => isRefusal(replies[index]?.text ?? ''));
  return [
    ...(bad.problem === undefined ? [] : [bad.problem]),
    ...compared('transcript', good.transcripts, bad.transcripts, String),
    ...compared('answer', good.replies, bad.replies, shownReply),
    ...compared(
      'voice',
      good.sounds.filter((_, index) => !areRefusals(index)),
      bad.sounds.filter((_, index) => !areRefusals(index)),
      ({ samples, digest }) => `${samples} samples, ${digest.slice(0, 8)}`,
    ),
    ...bad.sounds.flatMap(unplayed),
  ];
}

function shownReply({ status, text }: Conversation['replies'][number]): string {
  return `${status}: ${isRefusal(text) ? 'a refusal' : text}`;
}

/** What even a conversation over a good line must be, for anything to be compared with it. */
export function faultsOf(good: Conversation, questions: number): readonly string[] {
  return [
    ...(good.problem === undefined ? [] : [good.problem]),
    ...counted('transcripts', good.transcripts.length, questions),
    ...counted('answers', good.replies.length, questions),
    ...good.replies.flatMap(({ status, text }) =>
      status === 'completed' ? [] : [`an answer is ${status}: ${text}`],
    ),
    ...counted('voices', good.sounds.length, questions),
    ...good.sounds.flatMap(unplayed),
  ];
}

function counted(what: string, found: number, expected: number): readonly string[] {
  return found === expected ? [] : [`${found} ${what} to ${expected} questions`];
}

function unplayed({ samples, playedMs }: Conversation['sounds'][number], index: number) {
  if (playedMs === undefined) return [`voice ${index + 1}: not played to its end`];
  const missingMs = samples / SAMPLES_PER_MS - playedMs;
  if (Math.abs(missingMs) <= MAX_ROUNDING_MS) return [];
  return [`voice ${index + 1}: ${Math.round(missingMs)} ms of it were not played`];
}

function compared<T>(
  what: string,
  good: readonly T[],
  bad: readonly T[],
  show: (item: T) => string,
): readonly string[] {
  return Array.from({ length: Math.max(good.length, bad.length) }, (_, index) => {
    const [expected, found] = [good, bad].map((list) =>
      index < list.length ? show(list[index]!) : 'none',
    );
    return expected === found ? [] : [`${what} ${index + 1}: ${expected} -> ${found}`];
  }).flat();
}

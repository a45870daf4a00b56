import { readFileSync } from 'node:fs';
import type { DialogueMessage, ReminderEntry, ReminderBook } from '../conversation.ts';
import { inFigures } from '../phrases/written-form.ts';
import { isAskingBack } from './asking-back.ts';
import { isRefusal } from './refusals.ts';
import { replyTo } from './reply.ts';

/** A conversation as people would have it, and what a right answer to its last phrase holds. */
export interface Phrasing {
  readonly topic: string;
  /** The last of them is judged. */
  readonly phrases: readonly [string, ...string[]];
  readonly expected: RegExp | 'refused';
  /** Kept out of the development of patterns. */
  readonly isHeldOut: boolean;
}

/** When the phrases of `phrasings.txt` are said: a Monday. */
export const PHRASINGS_NOW = new Date('2026-11-23T14:30:00Z');

const LISTED: readonly Phrasing[] = readFileSync(new URL('phrasings.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.includes(' | ') && !line.startsWith('# '))
  .map(parsed);

export const PHRASINGS = LISTED.filter(({ topic }) => topic !== 'free');
/** What no phrase was written for. */
export const FREE_SPEECH = LISTED.filter(({ topic }) => topic === 'free');

function parsed(line: string): Phrasing {
  const [, mark = '', topic, said = '', expected = ''] =
    /^(\*?)(\w+) \| (.*?) \| (.*)$/.exec(line) ?? [];
  const [first = '', ...rest] = said.split(' > ');
  if (topic === undefined) throw new SyntaxError(`Not a phrasing: ${line}`);
  return {
    topic,
    phrases: [first, ...rest],
    expected: expected === 'refused' ? 'refused' : new RegExp(expected, 'i'),
    isHeldOut: mark === '*',
  };
}

/** How an answer is judged; to ask back or to refuse is honest, but not right. */
export type Verdict = 'right' | 'asked' | 'refused' | 'wrong';

export function verdictOn(answer: string, { expected }: Phrasing): Verdict {
  if (isAskingBack(answer)) return 'asked';
  const isRefused = answer === '' || isRefusal(answer);
  if (expected === 'refused') return isRefused ? 'right' : 'wrong';
  if (!isRefused && expected.test(answer)) return 'right';
  return isRefused || answer.endsWith('?') ? 'refused' : 'wrong';
}

/** One conversation with the assistant: each call says something and resolves with the answer. */
export function conversationAt(now: Date, timeZone = 'UTC') {
  const history: DialogueMessage[] = [];
  const reminders = remindersInMemory();
  const chance = { now: () => now, random: () => 0.4 };
  let suggestions: readonly string[] = [];
  return {
    reminders,
    /** What could be said next. */
    suggestions: () => suggestions,
    async say(text: string, unrecognised = false, isDoubtful = false): Promise<string> {
      history.push({ role: 'user', text, unrecognised, isDoubtful });
      const reply = replyTo({ history, person: { timeZone }, reminders }, chance);
      ({ suggestions } = reply);
      const answer = [reply.answer, reply.refusal?.text ?? ''].filter(Boolean).join(' ');
      history.push({ role: 'assistant', text: inFigures(answer) });
      return answer;
    },
  };
}

function remindersInMemory(): ReminderBook {
  let kept: readonly ReminderEntry[] = [];
  let lastId = 0;
  return {
    add({ label, text, delayMs }) {
      lastId += 1;
      const added = { id: lastId, label, text, remainingMs: delayMs };
      kept = [...kept, added].toSorted((a, b) => a.remainingMs - b.remainingMs);
      return added;
    },
    list: () => kept,
    cancel(id) {
      kept = kept.filter((reminder) => reminder.id !== id);
    },
  };
}

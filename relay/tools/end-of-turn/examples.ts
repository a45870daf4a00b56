import { readdirSync, readFileSync } from 'node:fs';
import {
  NO_QUESTION,
  questionIn,
  toWords,
  type AskedQuestion,
} from '../../src/call/turn/deciding/word-features.ts';

/** What people say: one turn a line, behind `>` if it follows something that the assistant said. */
export const SENTENCES = new URL('sentences/', import.meta.url);
/** The same of other topics, which nothing is learnt from. */
export const HELD_OUT = new URL('held-out/', import.meta.url);

export interface Turn {
  readonly lastReply: string | undefined;
  readonly text: string;
}

/** What a recogniser knows in a pause or at the end of a turn. */
export interface Example {
  readonly words: readonly string[];
  readonly question: AskedQuestion;
  readonly lastReply: string | undefined;
  readonly isFinished: boolean;
}

export function readTurns(folder: URL): readonly Turn[] {
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').split('\n'))
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [first = '', second] = line.split('>').map((part) => part.trim());
      return second === undefined
        ? { lastReply: undefined, text: first }
        : { lastReply: first, text: second };
    });
}

/** Each turn as it is, and cut off behind each of its words. */
export function examplesOf(turns: readonly Turn[]): readonly Example[] {
  return turns.flatMap(({ lastReply, text }) => {
    const words = toWords(text);
    const question = lastReply === undefined ? NO_QUESTION : questionIn(lastReply);
    return words.map((_, index) => ({
      words: words.slice(0, index + 1),
      question,
      lastReply,
      isFinished: index === words.length - 1,
    }));
  });
}

/**
 * What is learnt from. People also say things that are not answers after a question, so part of the
 * turns comes with one besides; and a whole answer elsewhere ("yes" of "yes please") is not taught
 * as unfinished.
 */
export function trainingExamples(turns: readonly Turn[]): readonly Example[] {
  const asked = turns.flatMap(({ lastReply }) => lastReply ?? []);
  const besides = turns.flatMap((turn, index): readonly Turn[] =>
    turn.lastReply === undefined && index % BESIDES_EVERY === 0
      ? [{ text: turn.text, lastReply: asked[(index * 7) % asked.length] }]
      : [],
  );
  const examples = examplesOf([...turns, ...besides]);
  const keyOf = ({ words, question }: Example) => `${question.kind} ${words.join(' ')}`;
  const answers = new Set(
    examples.filter((each) => each.isFinished && each.question.kind !== 'none').map(keyOf),
  );
  return examples.filter((each) => each.isFinished || !answers.has(keyOf(each)));
}

const BESIDES_EVERY = 4;

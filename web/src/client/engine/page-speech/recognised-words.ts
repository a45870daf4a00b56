import type { RecognisedResult } from './speech-recognition.ts';

export interface RecognisedWords {
  /** What will not change any more and was not reported before, in order. */
  readonly finals: readonly string[];
  /** What may still change; empty if nothing does. */
  readonly interim: string;
  /** How many results are settled by now. */
  readonly settled: number;
}

/**
 * Reads a list of results.
 *
 * It is read from `settled` on rather than from the event's `resultIndex`, because Android's
 * recogniser delivers old results again from 0. It also calls guesses final, with a confidence of
 * 0, and gives each longer guess a place of its own.
 *
 * @param settled how many results of this list were settled before
 * @param guessesAreFinal whether the browser calls guesses final, as Android's does
 */
export function readResults(
  results: ArrayLike<RecognisedResult>,
  settled: number,
  guessesAreFinal: boolean,
): RecognisedWords {
  const finals: string[] = [];
  const rest: string[] = [];
  let count = settled;
  for (let index = settled; index < results.length; index += 1) {
    const result = results[index]!;
    const { transcript = '', confidence = 0 } = result[0] ?? {};
    const isFinal = result.isFinal && (!guessesAreFinal || confidence > 0);
    const text = transcript.trim();
    if (isFinal) {
      // What was guessed before it was a guess at it.
      rest.length = 0;
      count = index + 1;
      if (text !== '') finals.push(text);
    } else if (text !== '') {
      rest.push(text);
    }
  }
  return { finals, interim: rest.reduce(joinedGuess, ''), settled: count };
}

/** A guess that begins with the one before replaces it; any other continues it. */
function joinedGuess(before: string, guess: string): string {
  if (before === '') return guess;
  return guess.toLowerCase().startsWith(before.toLowerCase()) ? guess : `${before} ${guess}`;
}

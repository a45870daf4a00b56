import type { TimedWord } from '../../../call/stages/synthesizer/synthesizer.ts';
import type { TimedCharacters } from './elevenlabs-events.ts';

interface OpenWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Joins timed characters into words. A word may begin in one message and end in the next. */
export class WordJoiner {
  #open: OpenWord | undefined;

  /**
   * @param offsetMs - position in the clause of the audio that came with the characters: their
   *   times count from there
   * @returns the words that are now complete, in ms from the clause's start
   */
  push(characters: TimedCharacters, offsetMs: number): TimedWord[] {
    const words: TimedWord[] = [];
    for (const [index, text] of characters.chars.entries()) {
      const startMs = offsetMs + (characters.startsMs[index] ?? 0);
      const endMs = startMs + (characters.durationsMs[index] ?? 0);
      if (text.trim() === '') words.push(...this.flush());
      else {
        this.#open = {
          text: (this.#open?.text ?? '') + text,
          startMs: this.#open?.startMs ?? startMs,
          endMs,
        };
      }
    }
    return words;
  }

  /** The last word, when nothing more comes. */
  flush(): TimedWord[] {
    const word = this.#open;
    this.#open = undefined;
    return word === undefined ? [] : [word];
  }
}

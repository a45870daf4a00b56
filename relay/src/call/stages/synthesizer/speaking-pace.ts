/** Of an unhurried English voice, about 1,000 characters a minute. */
const USUAL_MS_PER_CHARACTER = 60;
/** How much a new clause counts against all those before. */
const WEIGHT = 0.3;
/** Clauses shorter than this are mostly pauses. */
const MIN_CHARACTERS = 8;

/** Longest pause around a clause, and the least that any clause is allowed. */
const ALLOWED_MS = 5_000;
/** Three times the usual: a slow voice at a slow pace. */
const ALLOWED_MS_PER_LETTER = 200;
/** A digit, a capital, a symbol or a character of Chinese may be a word of its own. */
const ALLOWED_MS_PER_SIGN = 800;
const LETTERS = /[\p{Ll}\s.,;:!?'’"-]/gu;

/** The longest that a text can possibly take to speak: a voice that goes on has lost its way. */
export function longestSpeechMs(text: string): number {
  const letters = text.match(LETTERS)?.length ?? 0;
  const signs = text.length - letters;
  return ALLOWED_MS + letters * ALLOWED_MS_PER_LETTER + signs * ALLOWED_MS_PER_SIGN;
}

/** How fast each voice speaks, learnt from what it has spoken to the end. */
export class SpeakingPace {
  readonly #msPerCharacter = new Map<string, number>();

  /** @param speaker - a provider and one of its voices: there are only so many */
  of(speaker: string): number {
    return this.#msPerCharacter.get(speaker) ?? USUAL_MS_PER_CHARACTER;
  }

  learn(speaker: string, text: string, audioMs: number): void {
    if (text.length < MIN_CHARACTERS || audioMs <= 0) return;
    // The pause at its end counts as the space that follows it.
    const measured = audioMs / (text.length + 1);
    const known = this.#msPerCharacter.get(speaker) ?? measured;
    this.#msPerCharacter.set(speaker, known + WEIGHT * (measured - known));
  }
}

/** Of an unhurried English voice, about 1,000 characters a minute. */
const USUAL_MS_PER_CHARACTER = 60;
/** How much a new clause counts against all those before. */
const WEIGHT = 0.3;
/** Clauses shorter than this are mostly pauses. */
const MIN_CHARACTERS = 8;

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

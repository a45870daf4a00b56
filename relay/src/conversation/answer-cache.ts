import type { Clock } from '../lib/clock.ts';

const MAX_ANSWERS = 50;
const MAX_AGE_MS = 600_000;

/** Answers of one conversation, for when the same question comes again and nobody can answer. */
export class AnswerCache {
  readonly #clock: Clock;
  /** By question, oldest first. */
  readonly #answers = new Map<string, { readonly text: string; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(question: string, answer: string): void {
    const key = normalised(question);
    if (key === '' || answer === '') return;
    this.#answers.delete(key);
    this.#answers.set(key, { text: answer, atMs: this.#clock.now() });
    if (this.#answers.size > MAX_ANSWERS) this.#answers.delete(this.#answers.keys().next().value!);
  }

  /** @returns undefined where the question was not answered within the last ten minutes */
  recall(question: string): string | undefined {
    const answer = this.#answers.get(normalised(question));
    if (answer === undefined || this.#clock.now() - answer.atMs > MAX_AGE_MS) return undefined;
    return answer.text;
  }
}

/** The words alone: how a question was punctuated or capitalised does not make it another. */
function normalised(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}.]+/gu, ' ')
    .replaceAll(/\.(?!\d)/g, '')
    .trim();
}

import type { Clock } from '../../../base/lib/clock.ts';

const MAX_ANSWERS = 50;
const MAX_AGE_MS = 600_000;

/**
 * English words by which a question means something said before it: asked again later, it may mean
 * something else.
 */
const LEANS_ON_CONTEXT =
  /^(?:and|or|but|so|then|why|really|again|more|(?:what|how) about)\b|\b(?:it|its|it's|that|that's|this|these|those|they|them|their|there|he|him|his|she|her|one|ones|else|another|same)\b/;

/** Answers of one conversation, for when the same question comes again and no generator works. */
export class AnswerCache {
  readonly #clock: Clock;
  /** By question, oldest first. */
  readonly #answers = new Map<string, { readonly text: string; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(question: string, answer: string): void {
    const key = normalised(question);
    if (key === '' || answer === '' || LEANS_ON_CONTEXT.test(key)) return;
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

/**
 * How a question was spaced, capitalised or punctuated at its words' edges does not make it
 * another. Signs do: five minus three is not five plus three.
 */
function normalised(text: string): string {
  return text
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/^["'“‘(¿¡]+/, '').replace(/["'”’)?!.,;:…]+$/, ''))
    .filter((word) => word !== '')
    .join(' ');
}

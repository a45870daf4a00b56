import type { Reasoning } from './reasoning.ts';

/** Families that think before every answer. */
const ALWAYS_THINKS = /qwq|thinking|deepseek-r1|minimax-m/i;
/** Families that think unless they are asked not to. */
const MAY_THINK = /qwen|deepseek|glm-?4|nemotron|exaone|hunyuan/i;

/** Words about the person instead of to them, at the beginning of an answer. */
const THINKS_ALOUD =
  /\b(the|this) user\b(?!['’]?s? (interface|manual|guide|name|account|experience))|用户/i;
/** How many characters are looked at for them. */
const BEGINNING = 100;

/** Answers that are waited for after one whose thoughts had no opening tag. */
const AWAITED_AFTER_ONE = 3;

/** Whether a text speaks about the person instead of to them. */
export function thinksAloud(text: string): boolean {
  return THINKS_ALOUD.test(text);
}

/**
 * The thoughts of models whose chat template writes the opening `<think>` into the prompt, so that
 * only the closing tag is in the answer, as vLLM without a reasoning parser hands it out.
 *
 * That the beginning of an answer was a thought is known only at the closing tag, and to wait for it
 * would delay the first word of every other model. So only a model that is known to write in this
 * way is waited for: by its name, or because it has just done so. The first answer of any other is
 * waited for from the word on that shows it to be a thought. A whole answer without the tag, or
 * thoughts in the vendor's own place for them, end the waiting.
 */
export class UntaggedThoughts {
  /** The number of answers whose beginning is still to be waited for. */
  #awaited: number;
  #hasAnswered = false;

  constructor(modelId: string, reasoning: Reasoning) {
    const isExpected =
      ALWAYS_THINKS.test(modelId) || (reasoning !== 'none' && MAY_THINK.test(modelId));
    this.#awaited = isExpected ? 1 : 0;
  }

  /** For one step of an answer: after a tool, a model thinks anew. */
  begin(): ThoughtFilter {
    const expectation = this.#awaited > 0 ? 'wait' : this.#hasAnswered ? 'none' : 'watch';
    return new ThoughtFilter(expectation, (outcome) => {
      this.#hasAnswered = true;
      if (outcome === 'untagged') this.#awaited = AWAITED_AFTER_ONE;
      else if (outcome === 'apart') this.#awaited = 0;
      else this.#awaited = Math.max(0, this.#awaited - 1);
    });
  }
}

/** How a model's thoughts came: before a lone closing tag, in a place of their own, or not at all. */
type Outcome = 'untagged' | 'apart' | 'none';

export class ThoughtFilter {
  readonly #report: (outcome: Outcome) => void;
  /** Whether what comes may be a thought, and is held back until it is clear. */
  #isWaiting: boolean;
  /** What was written so far, while it is watched for a thought. */
  #beginning: string | undefined;
  #isDecided = false;
  #held = '';

  constructor(expectation: 'wait' | 'watch' | 'none', report: (outcome: Outcome) => void) {
    this.#isWaiting = expectation === 'wait';
    this.#beginning = expectation === 'watch' ? '' : undefined;
    this.#report = report;
  }

  /** @returns what belongs to the answer; undefined if it is a thought, or may be one */
  push(text: string): string | undefined {
    this.#held += text;
    if (!this.#isDecided) this.#watch(text);
    return this.#isWaiting ? undefined : this.#release();
  }

  /** There is a lone closing tag. What was given out by then cannot be taken back. */
  thoughtEnded(): void {
    if (!this.#isDecided) this.#held = '';
    this.#decide('untagged');
  }

  /** The vendor keeps the model's thoughts apart, so its text is the answer. */
  thoughtApart(): void {
    this.#decide('apart');
  }

  /**
   * No more text comes in this step.
   *
   * @param isCutOff - by the longest answer: the thought that is held back has no end
   * @returns what was held back of the answer
   */
  end(isCutOff: boolean): string {
    if (this.#isWaiting && isCutOff) return '';
    if (this.#held !== '') this.#decide('none');
    return this.#release();
  }

  #watch(text: string): void {
    if (this.#beginning === undefined) return;
    this.#beginning += text.slice(0, BEGINNING);
    if (THINKS_ALOUD.test(this.#beginning)) this.#isWaiting = true;
    if (this.#isWaiting || this.#beginning.length >= BEGINNING) this.#beginning = undefined;
  }

  #decide(outcome: Outcome): void {
    if (this.#isDecided) return;
    this.#isDecided = true;
    this.#isWaiting = false;
    this.#report(outcome);
  }

  #release(): string {
    const said = this.#held;
    this.#held = '';
    return said;
  }
}

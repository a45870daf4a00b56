/** A rule of thumb of the vendors for English text; used only where nobody counted. */
const CHARACTERS_PER_TOKEN = 4;

interface ReportedUsage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

/**
 * Tokens of one answer, over all its steps. What a step did not report, because it was cut short
 * or the server does not count, is estimated from the characters.
 */
export class UsageCount {
  readonly #inputCharacters: number;
  #inputTokens = 0;
  #outputTokens = 0;
  #stepCharacters = 0;
  #isStepOpen = false;

  /** @param inputCharacters - of instructions and messages, which every step sends again */
  constructor(inputCharacters: number) {
    this.#inputCharacters = inputCharacters;
  }

  /** Something was received; before that nothing is owed. */
  received(text = ''): void {
    this.#isStepOpen = true;
    this.#stepCharacters += text.length;
  }

  stepEnded(usage: ReportedUsage): void {
    this.#inputTokens += usage.inputTokens ?? tokens(this.#inputCharacters);
    this.#outputTokens += usage.outputTokens ?? tokens(this.#stepCharacters);
    this.#stepCharacters = 0;
    this.#isStepOpen = false;
  }

  /** @returns undefined where nothing was received at all */
  total(): { readonly inputTokens: number; readonly outputTokens: number } | undefined {
    if (this.#isStepOpen) this.stepEnded({ inputTokens: undefined, outputTokens: undefined });
    if (this.#inputTokens + this.#outputTokens === 0) return undefined;
    return { inputTokens: this.#inputTokens, outputTokens: this.#outputTokens };
  }
}

function tokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

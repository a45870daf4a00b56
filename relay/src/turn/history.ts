import type { Message } from '../stages/generator.ts';

/** Messages kept for the generator; older ones are forgotten. */
const MAX_MESSAGES = 60;

/** What was said, as the generator should remember it. */
export class History {
  readonly #entries: { readonly id: string; message: Message }[] = [];

  /** In order; replies of which nothing was heard are left out. */
  get messages(): readonly Message[] {
    return this.#entries
      .map((entry) => entry.message)
      .filter((message) => message.role === 'user' || message.text !== '');
  }

  add(id: string, message: Message): void {
    this.#entries.push({ id, message });
    if (this.#entries.length > MAX_MESSAGES) this.#entries.shift();
  }

  /**
   * Sets what a reply said. Its place was taken by `add` when it began, because what ends it may
   * already be the person's next message.
   */
  setReply(id: string, text: string): void {
    const entry = this.#entries.find(
      (candidate) => candidate.id === id && candidate.message.role === 'assistant',
    );
    if (entry !== undefined) entry.message = { role: 'assistant', text };
  }
}

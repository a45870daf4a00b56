import { estimateTokens } from '../../../base/lib/token-estimate.ts';
import type { Message } from '../../stages/generator/generator.ts';

/** Bounds of what is kept in any case: beyond them the oldest is forgotten. */
const MAX_MESSAGES = 1_000;
const MAX_TOKENS = 100_000;
/** What a message costs a generator beyond its text. */
const MESSAGE_TOKENS = 4;

interface Entry {
  readonly id: string;
  readonly turnId: string | undefined;
  message: Message;
  tokens: number;
}

/** The earlier part, up to the place at which the person began to speak. */
export interface OldestPart {
  readonly messages: readonly Message[];
  /** Of the first message that is not among them. */
  readonly endsBefore: string;
}

/** What was said, as the generator should remember it. */
export class History {
  readonly #entries: Entry[] = [];
  /** What was said before the first entry, in few words; `''`: that is not known any more. */
  #earlier: string | undefined;
  #tokens = 0;

  /** @param earlier - what was said in other calls before, oldest first */
  constructor(earlier: readonly Message[] = []) {
    for (const [index, message] of earlier.entries()) {
      if (message.role === 'earlier') this.#earlier = message.text;
      else this.add(`earlier-${index}`, message);
    }
  }

  /** In order; replies of which nothing was heard are left out. */
  get messages(): readonly Message[] {
    return [...this.#earlierMessages, ...said(this.#entries)];
  }

  /** The messages of all turns but these. */
  without(turnIds: ReadonlySet<string>): readonly Message[] {
    const entries = this.#entries.filter(({ turnId = '' }) => !turnIds.has(turnId));
    return [...this.#earlierMessages, ...said(entries)];
  }

  /** Whether the person has said anything that could be answered. */
  get hasQuestion(): boolean {
    return this.messages.some(({ role }) => role !== 'assistant');
  }

  /** Estimated. */
  get tokens(): number {
    return this.#tokens + estimateTokens(this.#earlier ?? '');
  }

  /** @param turnId - of the turn that it belongs to */
  add(id: string, message: Message, turnId?: string): void {
    const tokens = tokensOf(message);
    this.#entries.push({ id, turnId, message, tokens });
    this.#tokens += tokens;
    while (this.#entries.length > MAX_MESSAGES || this.#tokens > MAX_TOKENS) {
      if (this.#entries.length === 1) return;
      this.#tokens -= this.#entries.shift()!.tokens;
      this.#earlier ??= '';
    }
  }

  remove(id: string): void {
    const at = this.#entries.findIndex((entry) => entry.id === id);
    if (at >= 0) this.#tokens -= this.#entries.splice(at, 1)[0]!.tokens;
  }

  /**
   * Sets what a reply said. Its place was taken by `add` when it began, because what ends it may
   * already be the person's next message.
   */
  setReply(id: string, text: string): void {
    const entry = this.#entries.find(
      (candidate) => candidate.id === id && candidate.message.role === 'assistant',
    );
    if (entry === undefined) return;
    this.#tokens -= entry.tokens;
    entry.message = { role: 'assistant', text };
    entry.tokens = tokensOf(entry.message);
    this.#tokens += entry.tokens;
  }

  /**
   * @param keepTokens - how much of the end is not among it, at the most
   * @returns undefined if that is all
   */
  oldest(keepTokens: number): OldestPart | undefined {
    let tokens = this.#tokens;
    const end = this.#entries.findIndex((entry) => {
      const isEnd = tokens <= keepTokens && entry.message.role === 'user';
      tokens -= entry.tokens;
      return isEnd;
    });
    const last = this.#entries.findLastIndex(({ message }) => message.role === 'user');
    // The last turn always stays.
    const at = end < 0 ? last : end;
    const first = this.#entries[at];
    if (at <= 0 || first === undefined) return undefined;
    const messages = [...this.#earlierMessages, ...said(this.#entries.slice(0, at))];
    return { messages, endsBefore: first.id };
  }

  /** @param summary - `''` if nothing of it is known any more */
  replaceOldest({ endsBefore }: OldestPart, summary: string): void {
    const at = this.#entries.findIndex(({ id }) => id === endsBefore);
    if (at < 0) return;
    for (const { tokens } of this.#entries.splice(0, at)) this.#tokens -= tokens;
    this.#earlier = summary;
  }

  get #earlierMessages(): readonly Message[] {
    return this.#earlier === undefined ? [] : [{ role: 'earlier', text: this.#earlier }];
  }
}

function said(entries: readonly Entry[]): Message[] {
  return entries
    .map(({ message }) => message)
    .filter((message) => message.role === 'user' || message.text !== '');
}

function tokensOf({ text }: Message): number {
  return estimateTokens(text) + MESSAGE_TOKENS;
}

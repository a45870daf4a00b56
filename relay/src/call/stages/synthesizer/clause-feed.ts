import type { Clause, ClauseTrack } from './clause-track.ts';

export interface ClauseFeedOptions {
  readonly track: ClauseTrack;
  /** The first clause that is spoken otherwise: the feed ends before it. */
  readonly endsBefore: (clause: Clause) => boolean;
  /** Called when the provider begins to wait for text, and when it need not any more. */
  readonly onWaiting: () => void;
}

/**
 * The clauses of a track as one provider reads them: from the exact word that was not delivered,
 * as far as they are written, and then as they come. One is asked for at a time. Leaving it does
 * not end the text.
 */
export class ClauseFeed implements AsyncIterableIterator<string> {
  readonly first: number;
  readonly #options: ClauseFeedOptions;
  #next: number;
  #isWaiting = false;
  #isClosed = false;
  #isExhausted = false;

  constructor(options: ClauseFeedOptions) {
    this.#options = options;
    this.first = options.track.position;
    this.#next = this.first;
  }

  /** Whether the provider waits for text: its silence is then not a failure. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Clauses that the provider has taken. */
  get handedOver(): number {
    return this.#next - this.first;
  }

  /** Whether the provider knows that no more text will come. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    const { track, endsBefore } = this.#options;
    if (!this.#isClosed) {
      const clause = track.peek(this.#next) ?? (await this.#wait());
      this.#isExhausted = clause === undefined || (clause.index > this.first && endsBefore(clause));
      if (!this.#isClosed && clause !== undefined && !this.#isExhausted) {
        this.#next++;
        track.handed(clause.index);
        return { done: false, value: track.rest(clause.index).text };
      }
    }
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<string, undefined>> {
    this.#isClosed = true;
    return Promise.resolve({ done: true, value: undefined });
  }

  async #wait(): Promise<Clause | undefined> {
    this.#setWaiting(true);
    try {
      return await this.#options.track.at(this.#next);
    } finally {
      this.#setWaiting(false);
    }
  }

  #setWaiting(isWaiting: boolean): void {
    this.#isWaiting = isWaiting;
    if (!this.#isClosed) this.#options.onWaiting();
  }
}

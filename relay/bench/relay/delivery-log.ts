/**
 * What arrived of numbered chunks: each session's count up from 0, and each number should come
 * once and in order.
 */
export class DeliveryLog {
  readonly #expected: number[] = [];
  readonly #missing = new Set<string>();
  #delivered = 0;
  #reordered = 0;
  #repeated = 0;

  /** Chunks that arrived, each counted once. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Chunks that arrived after one with a higher number. */
  get reordered(): number {
    return this.#reordered;
  }

  get repeated(): number {
    return this.#repeated;
  }

  record(session: number, index: number): void {
    const expected = this.#expected[session] ?? 0;
    if (index >= expected) {
      for (let missed = expected; missed < index; missed++) {
        this.#missing.add(`${session}/${missed}`);
      }
      this.#expected[session] = index + 1;
      this.#delivered++;
    } else if (this.#missing.delete(`${session}/${index}`)) {
      this.#reordered++;
      this.#delivered++;
    } else {
      this.#repeated++;
    }
  }
}

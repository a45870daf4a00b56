/**
 * Records which numbered chunks arrived. Each session numbers its own from 0, and each number should
 * come once and in order; the order between two utterances is not fixed.
 */
export class DeliveryLog {
  readonly #expected: number[] = [];
  readonly #missing = new Set<string>();
  readonly #utteranceOf: (session: number, index: number) => number;
  /** Chunks that arrived, each counted once. */
  delivered = 0;
  /** Chunks that arrived after one of the same utterance with a higher number. */
  reordered = 0;
  repeated = 0;

  constructor(utteranceOf: (session: number, index: number) => number) {
    this.#utteranceOf = utteranceOf;
  }

  record(session: number, index: number): void {
    const expected = this.#expected[session] ?? 0;
    if (index >= expected) {
      for (let missed = expected; missed < index; missed++) {
        this.#missing.add(`${session}/${missed}`);
      }
      this.#expected[session] = index + 1;
      this.delivered++;
    } else if (this.#missing.delete(`${session}/${index}`)) {
      const latest = this.#utteranceOf(session, expected - 1);
      if (this.#utteranceOf(session, index) === latest) this.reordered++;
      this.delivered++;
    } else {
      this.repeated++;
    }
  }
}

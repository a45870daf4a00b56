/** How far a client's messages are settled. */
export interface UplinkPosition {
  /** Everything up to and including this number. */
  readonly seq: number;
  /** Single numbers after it. */
  readonly settled: readonly number[];
}

/** Turns settled before an older one, at the most: typed messages within a long utterance. */
const MAX_SETTLED = 100;

/**
 * The turns of a call that are not over, each with the number of the message that it began with: what
 * the client has to send again if the call goes on in another relay.
 */
export class OpenTurns {
  readonly #open = new Map<string, number>();
  /** Turns that are over although an older one is not. */
  readonly #settled = new Set<number>();
  /** Turns that ended while one begins: it may be among them. */
  #endedMeanwhile: Set<string> | undefined;

  get ids(): ReadonlySet<string> {
    return new Set(this.#open.keys());
  }

  /**
   * @param seq - of the message
   * @param turn - begins it. Returns its id; undefined if there is none
   */
  begin(seq: number, turn: () => string | undefined): void {
    const ended = new Set<string>();
    this.#endedMeanwhile = ended;
    try {
      const id = turn();
      if (id !== undefined) this.#open.set(id, seq);
      if (id !== undefined && ended.has(id)) this.ended(id);
    } finally {
      this.#endedMeanwhile = undefined;
    }
  }

  ended(turnId: string): void {
    this.#endedMeanwhile?.add(turnId);
    const seq = this.#open.get(turnId);
    if (seq === undefined) return;
    this.#open.delete(turnId);
    this.#settled.add(seq);
    if (this.#settled.size > MAX_SETTLED)
      this.#settled.delete(this.#settled.values().next().value!);
  }

  /** @param lastSeq - of the newest message */
  position(lastSeq: number): UplinkPosition {
    const seq = Math.min(lastSeq, ...[...this.#open.values()].map((first) => first - 1));
    for (const settled of this.#settled) if (settled <= seq) this.#settled.delete(settled);
    return { seq, settled: [...this.#settled] };
  }
}

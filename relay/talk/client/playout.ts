/**
 * An imagined loudspeaker: when a voice would be heard if it were played the moment it arrives,
 * without a buffer in between. Instants are ms on any one clock.
 */
export class Playout {
  readonly #speed: number;
  #endMs = 0;

  /** @param speed - how many times faster than real time it plays */
  constructor(speed = 1) {
    this.#speed = speed;
  }

  /** When all that arrived so far will have been heard. */
  get endMs(): number {
    return this.#endMs;
  }

  /** @returns when the first sample of this piece is heard */
  play(durationMs: number, nowMs: number): number {
    const startMs = Math.max(nowMs, this.#endMs);
    this.#endMs = startMs + durationMs / this.#speed;
    return startMs;
  }

  /** Drops what is still to be heard. */
  flush(nowMs: number): void {
    this.#endMs = Math.min(this.#endMs, nowMs);
  }
}

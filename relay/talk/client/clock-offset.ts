/** Round trips that are remembered; clocks drift, so old ones are forgotten. */
const MAX_ROUND_TRIPS = 16;

interface RoundTrip {
  readonly durationMs: number;
  readonly offsetMs: number;
}

/**
 * How far the session clock is ahead of ours, from round trips (RFC 5905 §8): half of a round
 * trip is taken for each way, so the quickest one errs least. It is off by at the most half its
 * own duration.
 */
export class ClockOffset {
  readonly #roundTrips: RoundTrip[] = [];

  /** All in ms: ours at sending, the session's when it answered, ours when the answer came. */
  add(sentMs: number, sessionMs: number, receivedMs: number): void {
    this.#roundTrips.push({
      durationMs: receivedMs - sentMs,
      offsetMs: sessionMs - (sentMs + receivedMs) / 2,
    });
    if (this.#roundTrips.length > MAX_ROUND_TRIPS) this.#roundTrips.shift();
  }

  /** A first guess from a message that only came one way; any round trip is better. */
  guess(sessionMs: number, receivedMs: number): void {
    if (this.#roundTrips.length > 0) return;
    this.#roundTrips.push({
      durationMs: Number.POSITIVE_INFINITY,
      offsetMs: sessionMs - receivedMs,
    });
  }

  /** Our instant on the session clock, which begins at 0. */
  toSessionMs(ownMs: number): number {
    const best = this.#roundTrips.reduce<RoundTrip | undefined>(
      (quickest, trip) =>
        quickest === undefined || trip.durationMs < quickest.durationMs ? trip : quickest,
      undefined,
    );
    return Math.max(0, ownMs + (best?.offsetMs ?? 0));
  }
}

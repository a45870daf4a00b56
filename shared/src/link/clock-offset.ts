/** Samples kept: at one heartbeat in 15 s, two minutes' worth. */
const SAMPLES = 8;

interface Sample {
  readonly offsetMs: number;
  readonly rttMs: number;
}

/**
 * How far the relay's session clock is ahead of ours.
 *
 * As in NTP (RFC 5905 §8 and §10): a round trip gives an offset that is wrong by at most half of
 * how long it took, so of the latest samples the one with the shortest round trip is believed.
 */
export class ClockOffset {
  #samples: Sample[] = [];

  /**
   * @param sentMs our clock when the ping was sent
   * @param serverMs the session clock when the relay answered
   * @param receivedMs our clock when the answer came
   */
  addRoundTrip(sentMs: number, serverMs: number, receivedMs: number): void {
    const rttMs = Math.max(0, receivedMs - sentMs);
    this.#add({ offsetMs: serverMs - (sentMs + rttMs / 2), rttMs });
  }

  /** A one-way message: good enough until the first round trip. */
  addOneWay(serverMs: number, receivedMs: number): void {
    this.#add({ offsetMs: serverMs - receivedMs, rttMs: Number.POSITIVE_INFINITY });
  }

  /** The latest round trip; null before the first. */
  get rttMs(): number | null {
    const rttMs = this.#samples.at(-1)?.rttMs;
    return rttMs === undefined || !Number.isFinite(rttMs) ? null : rttMs;
  }

  /**
   * Our clock's reading as a session-clock instant, ms.
   *
   * Never below 0: speech may begin a moment before the session does.
   */
  toSessionMs(localMs: number): number {
    return Math.max(0, localMs + this.#offsetMs);
  }

  /** Another session has another clock. */
  reset(): void {
    this.#samples = [];
  }

  get #offsetMs(): number {
    let best: Sample | undefined;
    for (const sample of this.#samples) {
      if (best === undefined || sample.rttMs <= best.rttMs) best = sample;
    }
    return best?.offsetMs ?? 0;
  }

  #add(sample: Sample): void {
    this.#samples.push(sample);
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }
}

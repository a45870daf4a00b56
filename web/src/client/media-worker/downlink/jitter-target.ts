/** All in ms. */
const JITTER = {
  /** What the first answer of a call is given to lean on. */
  start: 80,
  least: 60,
  most: 400,
  /** Beyond the worst lateness that was seen. */
  margin: 20,
  /** An underrun proves that the target was too low; the next gap costs more than this delay. */
  underrunStep: 60,
  /** Given back per item that played without a gap, so that one bad moment is forgotten slowly. */
  shrink: 15,
} as const;

/**
 * How much audio to gather before a reply may begin.
 *
 * A frame's lateness is how much later it came than its place in the audio asks for, counted from
 * the item's first frame. Playback that begins D after the first frame is never dry while no
 * frame is later than D: so the target is the worst lateness seen, with a margin. Frames that come
 * ahead of time, as from a relay that sends faster than speech, have negative lateness and ask for
 * nothing.
 */
export class JitterTarget {
  #targetMs: number = JITTER.start;
  #worstMs = 0;
  #firstAtMs: number | undefined;
  #mediaMs = 0;
  #underran = false;
  #underruns = 0;

  get targetMs(): number {
    return this.#targetMs;
  }

  /** Over all items. */
  get underruns(): number {
    return this.#underruns;
  }

  beginItem(): void {
    this.#firstAtMs = undefined;
    this.#mediaMs = 0;
    this.#worstMs = 0;
    this.#underran = false;
  }

  frameArrived(atMs: number, durationMs: number): void {
    this.#firstAtMs ??= atMs;
    const latenessMs = atMs - this.#firstAtMs - this.#mediaMs;
    this.#mediaMs += durationMs;
    this.#worstMs = Math.max(this.#worstMs, latenessMs);
    this.#raiseTo(this.#worstMs + JITTER.margin);
  }

  underrun(): void {
    this.#underran = true;
    this.#underruns += 1;
    this.#raiseTo(this.#targetMs + JITTER.underrunStep);
  }

  /** The item was played to its end. */
  endItem(): void {
    if (this.#underran || this.#firstAtMs === undefined) return;
    const wantedMs = Math.max(JITTER.least, this.#worstMs + JITTER.margin);
    this.#targetMs = Math.max(Math.min(wantedMs, JITTER.most), this.#targetMs - JITTER.shrink);
  }

  #raiseTo(ms: number): void {
    this.#targetMs = Math.min(JITTER.most, Math.max(this.#targetMs, ms));
  }
}

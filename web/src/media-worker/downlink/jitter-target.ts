/** What the first answer of a call is given to lean on. */
const START_MS = 80;
const MIN_MS = 60;
const MAX_MS = 400;
/** Beyond the worst lateness that was seen. */
const MARGIN_MS = 20;
/** An underrun proves that the target was too low; the next gap costs more than this delay. */
const UNDERRUN_STEP_MS = 60;
/** Given back per item that played without a gap, so that one bad moment is forgotten slowly. */
const SHRINK_MS = 15;

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
  #targetMs = START_MS;
  #worstMs = 0;
  #firstAtMs: number | undefined;
  #mediaMs = 0;
  #underran = false;

  get targetMs(): number {
    return this.#targetMs;
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
    this.#raiseTo(this.#worstMs + MARGIN_MS);
  }

  underrun(): void {
    this.#underran = true;
    this.#raiseTo(this.#targetMs + UNDERRUN_STEP_MS);
  }

  /** The item was played to its end. */
  endItem(): void {
    if (this.#underran || this.#firstAtMs === undefined) return;
    const wantedMs = Math.max(MIN_MS, this.#worstMs + MARGIN_MS);
    this.#targetMs = Math.max(Math.min(wantedMs, MAX_MS), this.#targetMs - SHRINK_MS);
  }

  #raiseTo(ms: number): void {
    this.#targetMs = Math.min(MAX_MS, Math.max(this.#targetMs, ms));
  }
}

import { FRAME_MS } from '../../messages/capture-messages.ts';

/** A frame that comes so much later than the one before should have. */
const LATE_MS = 60;
/** Frames must come in time for so long before anything is done: a busy machine loses more by it. */
const SETTLED_MS = 1_000;
const LEAST_INTERVAL_MS = 10_000;

/**
 * Notices when the way from the microphone has grown longer.
 *
 * If a page's process stands still, what was captured meanwhile waits in the browser, and from
 * then on all that is captured waits behind it: 300 ms of standing still cost some 80 ms for the
 * rest of the call, of which no reported latency tells. The same holds for a source that was
 * opened while the context was still starting. Another source of the same track begins without.
 */
export class CaptureStalls {
  #lastMs: number | undefined;
  #troubledMs: number | undefined;
  #renewedMs = Number.NEGATIVE_INFINITY;

  /**
   * A frame arrived.
   *
   * @param isIdle - whether nothing is being said that a new source could lose
   * @returns whether the source is to be renewed now
   */
  observe(arrivedMs: number, isIdle: boolean): boolean {
    const gapMs = this.#lastMs === undefined ? Infinity : arrivedMs - this.#lastMs;
    this.#lastMs = arrivedMs;
    if (gapMs > FRAME_MS + LATE_MS) this.#troubledMs = arrivedMs;
    if (this.#troubledMs === undefined || !isIdle) return false;
    const isSettled = arrivedMs - this.#troubledMs >= SETTLED_MS;
    if (!isSettled || arrivedMs - this.#renewedMs < LEAST_INTERVAL_MS) return false;
    this.#renewedMs = arrivedMs;
    this.#troubledMs = undefined;
    return true;
  }
}

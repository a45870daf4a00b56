import type { ContextClock } from '../uplink/context-clock.ts';

/** Instants that are kept, one a second: an answer is measured when it is over. */
const KEPT = 60;
/** Nearest instants that count for one sample: single ones sway by 10 ms within seconds. */
const NEAREST = 5;
/**
 * On the way from the microphone's frames to the speaker that no interface tells of: the mean over
 * nine bursts of noise through the audio rig in Chromium 156, with echo cancellation, before and
 * after stalls of 120 to 600 ms (0 to 16 ms).
 */
const UNSEEN_MS = 7;

/** Which of the audio context's samples leaves the speaker when. */
interface OutputInstant {
  readonly contextTimeS: number;
  readonly atMs: number;
}

/** What the browser says of the way from the audio context to the ear. */
export interface OutputReport {
  /** As it says, ms; an estimate if it does not measure it. */
  readonly latencyMs: number;
  readonly instant: OutputInstant | undefined;
}

/** Tells when a sample that the audio context renders leaves the speaker. */
export class OutputClock {
  readonly #contextClock: ContextClock;
  #latencyMs = 0;
  #instants: OutputInstant[] = [];

  constructor(contextClock: ContextClock) {
    this.#contextClock = contextClock;
  }

  observe({ latencyMs, instant }: OutputReport): void {
    this.#latencyMs = latencyMs;
    if (instant !== undefined) this.#instants = [...this.#instants, instant].slice(-KEPT);
  }

  /** From the context to the ear as it was reported last, ms. */
  get latencyMs(): number {
    return this.#latencyMs;
  }

  /**
   * When a sample leaves the speaker; the better known the later it is asked for.
   *
   * By the instants that were reported around it: the context's time stands still when the audio
   * thread does, so that instants far from it say nothing. Without any by the reported latency.
   *
   * @param contextTimeS - when it was rendered
   * @returns undefined if the context's time is not known yet
   */
  heardAtMs(contextTimeS: number): number | undefined {
    const offsetsMs = this.#instants
      .toSorted((a, b) => distance(a, contextTimeS) - distance(b, contextTimeS))
      .slice(0, NEAREST)
      .map(({ contextTimeS: otherS, atMs }) => atMs - otherS * 1_000)
      .toSorted((a, b) => a - b);
    const offsetMs = offsetsMs[offsetsMs.length >> 1];
    if (offsetMs !== undefined) return contextTimeS * 1_000 + offsetMs + UNSEEN_MS;
    const renderedMs = this.#contextClock.toLocalMs(contextTimeS);
    return renderedMs === undefined ? undefined : renderedMs + this.#latencyMs + UNSEEN_MS;
  }
}

function distance({ contextTimeS }: OutputInstant, toS: number): number {
  return Math.abs(contextTimeS - toS);
}

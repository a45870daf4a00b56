import { localMsOf } from '../../messages/local-clock.ts';
import type { OutputInstant } from '../../messages/playback-messages.ts';
import type { ContextClock } from '../capture/context-clock.ts';

/** Instants that are kept, one a second: an answer is measured when it is over. */
const KEPT = 60;
/** Nearest instants that count for one sample: single ones sway by 10 ms within seconds. */
const NEAREST = 9;
/** Reports of rendering that are kept, thirty a second. */
const KEPT_RENDERINGS = 1_800;
/** A rendering within so long after a sample dates that sample. */
const WITHIN_S = 0.4;
/**
 * The part of the way from the microphone's frames to the speaker that no interface reports (0 to
 * 20 ms). `npm run bench -- ear` measures it: without it, so much was the median of ear − panel in
 * Chromium 156 with echo cancellation.
 */
const UNSEEN_MS = 11;

/** What the browser says of the way from the audio context to the ear. */
export interface OutputReport {
  /** As it says, ms; an estimate if it does not measure it. */
  readonly latencyMs: number;
  readonly instant: OutputInstant | undefined;
}

/**
 * Computes when a sample that the audio context renders leaves the speaker.
 *
 * The context's time stands still when the audio thread does, by hundreds of ms on a busy machine,
 * so that instants from before say nothing of a sample after. The way from rendering to the speaker
 * stays the same: it is taken from the instants, and added to when the sample itself was rendered.
 */
export class OutputClock {
  readonly #contextClock: ContextClock;
  #latencyMs = 0;
  #instants: OutputInstant[] = [];
  /** Pairs of the context's time, s, and how far our own clock is ahead of it, ms; a ring. */
  readonly #renderings = new Float64Array(2 * KEPT_RENDERINGS).fill(Number.NaN);
  #count = 0;

  /** @param contextClock - informed of renderings as well */
  constructor(contextClock: ContextClock) {
    this.#contextClock = contextClock;
  }

  observe({ latencyMs, instant }: OutputReport): void {
    this.#latencyMs = latencyMs;
    if (instant !== undefined) this.#instants = [...this.#instants, instant].slice(-KEPT);
  }

  /** @param systemMs - `Date.now()` when the context's time was that */
  rendered(contextTimeS: number, systemMs: number): void {
    const atMs = localMsOf(systemMs);
    const at = 2 * (this.#count % KEPT_RENDERINGS);
    this.#renderings[at] = contextTimeS;
    this.#renderings[at + 1] = atMs - contextTimeS * 1_000;
    this.#count += 1;
    this.#contextClock.observe(contextTimeS, atMs);
  }

  /** From the context to the ear as it was reported last, ms. */
  get latencyMs(): number {
    return this.#latencyMs;
  }

  /**
   * When a sample leaves the speaker; the better known the later it is asked for.
   *
   * @param contextTimeS - when it was rendered
   * @returns undefined if the context's time is not known yet
   */
  heardAtMs(contextTimeS: number): number | undefined {
    const offsetMs = this.#offsetMs(contextTimeS);
    if (offsetMs === undefined) return undefined;
    const waysMs = this.#instants
      .toSorted((a, b) => distance(a, contextTimeS) - distance(b, contextTimeS))
      .slice(0, NEAREST)
      .map((instant) => this.#wayMs(instant))
      .filter((wayMs) => wayMs !== undefined)
      .toSorted((a, b) => a - b);
    const wayMs = waysMs[waysMs.length >> 1] ?? this.#latencyMs;
    return contextTimeS * 1_000 + offsetMs + wayMs + UNSEEN_MS;
  }

  /** From the rendering of a sample until it left the speaker. */
  #wayMs({ contextTimeS, atMs }: OutputInstant): number | undefined {
    const offsetMs = this.#offsetMs(contextTimeS);
    return offsetMs === undefined ? undefined : atMs - contextTimeS * 1_000 - offsetMs;
  }

  /** How far our own clock was ahead of the context's when a sample was rendered. */
  #offsetMs(contextTimeS: number): number | undefined {
    let leastMs = Number.POSITIVE_INFINITY;
    for (let at = 0; at < this.#renderings.length; at += 2) {
      const afterS = this.#renderings[at]! - contextTimeS;
      // Empty ones are not a number. A time that stands still only ever delays what comes later.
      if (!(afterS >= 0 && afterS <= WITHIN_S)) continue;
      leastMs = Math.min(leastMs, this.#renderings[at + 1]!);
    }
    if (Number.isFinite(leastMs)) return leastMs;
    const localMs = this.#contextClock.toLocalMs(contextTimeS);
    return localMs === undefined ? undefined : localMs - contextTimeS * 1_000;
  }
}

function distance({ contextTimeS }: OutputInstant, toS: number): number {
  return Math.abs(contextTimeS - toS);
}

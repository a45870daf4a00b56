import { PLAYBACK_AHEAD_MS } from '../../messages/playback-messages.ts';

type State =
  /** Gathering, before the first sample or after a gap. */
  | { readonly kind: 'gathering'; readonly sinceMs: number | undefined }
  /** What arrives goes on to the speaker at once. */
  | { readonly kind: 'flowing' };

/**
 * One reply's audio between the socket and the speaker.
 *
 * Holds frames back until there is enough to play through the network's jitter, then lets them
 * through up to `PLAYBACK_AHEAD_MS` ahead of what is heard and keeps the rest.
 */
export class JitterBuffer {
  readonly #rateHz: number;
  readonly #target: JitterTarget;
  #frames: Int16Array[] = [];
  #state: State = { kind: 'gathering', sinceMs: undefined };
  #complete = false;
  #longestFrameMs = 0;
  #waitingMs = 0;
  /** Handed on since the beginning. */
  #releasedMs = 0;
  #dry = false;

  constructor(rateHz: number, target: JitterTarget) {
    this.#rateHz = rateHz;
    this.#target = target;
    target.beginItem();
  }

  /** Received and not yet handed on. */
  get waitingMs(): number {
    return this.#waitingMs;
  }

  /** Whether everything was received and handed on. */
  get drained(): boolean {
    return this.#complete && this.#frames.length === 0;
  }

  /** @param samples kept, not copied */
  push(samples: Int16Array, atMs: number): void {
    if (samples.length === 0) return;
    const durationMs = (samples.length * 1_000) / this.#rateHz;
    this.#target.frameArrived(atMs, durationMs);
    if (this.#dry) {
      // Only now is it known that the silence was a gap and not the end.
      this.#dry = false;
      this.#target.underrun();
    }
    this.#frames.push(samples);
    this.#waitingMs += durationMs;
    this.#longestFrameMs = Math.max(this.#longestFrameMs, durationMs);
    if (this.#state.kind === 'gathering' && this.#state.sinceMs === undefined) {
      this.#state = { kind: 'gathering', sinceMs: atMs };
    }
  }

  /** No more will come. */
  complete(): void {
    this.#complete = true;
    this.#dry = false;
  }

  /** The speaker ran out. */
  ranDry(): void {
    if (this.drained) return;
    this.#dry = true;
    if (this.#state.kind === 'flowing') this.#state = { kind: 'gathering', sinceMs: undefined };
  }

  /** When to ask `take` again although nothing new arrived; undefined if that is not needed. */
  get dueAtMs(): number | undefined {
    if (this.#state.kind !== 'gathering' || this.#state.sinceMs === undefined) return undefined;
    return this.#state.sinceMs + this.#target.targetMs;
  }

  /**
   * What may go to the speaker now.
   *
   * @param playedMs how much of this reply the speaker has played
   */
  take(atMs: number, playedMs: number): readonly Int16Array[] {
    if (this.#state.kind === 'gathering') {
      if (!this.#gathered(atMs)) return [];
      this.#state = { kind: 'flowing' };
    }
    const taken: Int16Array[] = [];
    while (this.#frames.length > 0 && this.#releasedMs - playedMs < PLAYBACK_AHEAD_MS) {
      const frame = this.#frames.shift()!;
      const durationMs = (frame.length * 1_000) / this.#rateHz;
      this.#waitingMs -= durationMs;
      this.#releasedMs += durationMs;
      taken.push(frame);
    }
    return taken;
  }

  #gathered(atMs: number): boolean {
    if (this.#complete) return true;
    // Either enough time has passed since the first frame, or so much came in one go that the
    // next frame may be late by the target and still be in time.
    if (this.#waitingMs >= this.#target.targetMs + this.#longestFrameMs) {
      return this.#frames.length > 0;
    }
    return this.dueAtMs !== undefined && atMs >= this.dueAtMs && this.#frames.length > 0;
  }
}

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

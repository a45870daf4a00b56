/** How often the event loop is expected to come round, ms. */
export const TICK_MS = 50;
/** A timer that is this late is not held up: the loop, or the machine, was only busy, ms. */
const TOLERANCE_MS = 30;
/** Stalls that are remembered; with one at each tick, more than three minutes of them. */
const MAX_STALLS = 4_096;

interface Stall {
  readonly endMs: number;
  /** Of all stalls up to and including this one, ms. */
  readonly totalMs: number;
}

/**
 * When the event loop of this thread was held up, and for how long: by work of our own, by a
 * garbage collection, or because the machine gave the processor to others.
 *
 * It is known from a tick that should come every `TICK_MS`. What a tick is late is time in which
 * nothing could be read, sent or decided.
 */
export class EventLoopStalls {
  readonly #stalls: Stall[] = [];
  /** Of those before the ones that are remembered. */
  #forgottenMs = 0;
  #tickedAtMs: number;

  /** @param nowMs - monotonic, like all instants here */
  constructor(nowMs: number) {
    this.#tickedAtMs = nowMs;
  }

  /** To be called every `TICK_MS`. */
  tick(nowMs: number): void {
    const lateMs = this.#lateMs(nowMs);
    this.#tickedAtMs = nowMs;
    if (lateMs === 0) return;
    this.#stalls.push({ endMs: nowMs, totalMs: this.#totalMs + lateMs });
    if (this.#stalls.length > MAX_STALLS) this.#forgottenMs = this.#stalls.shift()!.totalMs;
  }

  /** How much of the time since `sinceMs` was lost, a stall that lasts until now included. */
  lostMs(sinceMs: number, nowMs: number): number {
    const before = this.#stalls.findLast(({ endMs }) => endMs <= sinceMs);
    const lostMs = this.#totalMs - (before?.totalMs ?? this.#forgottenMs) + this.#lateMs(nowMs);
    return Math.min(lostMs, Math.max(0, nowMs - sinceMs));
  }

  get #totalMs(): number {
    return this.#stalls.at(-1)?.totalMs ?? this.#forgottenMs;
  }

  #lateMs(nowMs: number): number {
    const lateMs = nowMs - this.#tickedAtMs - TICK_MS;
    return lateMs > TOLERANCE_MS ? lateMs : 0;
  }
}

/** How far back the use of sockets is looked at: once to twice as long. */
const PEAK_WINDOW_MS = 10_000;
/** After the latest call or use, how long one socket is kept ready for the next use. */
const WARM_MS = 120_000;
/** How long opening a socket may take before a use has to wait for it. */
const OPENING_S = 0.5;
const SECOND_MS = 1_000;

/**
 * How many spare sockets are worth having, judged from recent use.
 *
 * Calls alone keep none: most of them are silent at any moment. Sockets that come back after each
 * use are kept up to the highest number that was lately in use at once. Sockets that last for one
 * use are opened ahead, as many as uses begin while one is being opened. One socket is ready in any
 * case for a while after a call has begun or a socket was used.
 */
export class SpareDemand {
  readonly #isReused: boolean;
  readonly #peak = new RecentPeak(PEAK_WINDOW_MS);
  #calls = 0;
  #warmUntilMs = Number.NEGATIVE_INFINITY;
  #second = 0;
  #begunInSecond = 0;

  constructor(isReused: boolean) {
    this.#isReused = isReused;
  }

  /** Calls that run and may need a socket. */
  get calls(): number {
    return this.#calls;
  }

  callBegan(nowMs: number): void {
    this.#calls += 1;
    this.#warmUntilMs = nowMs + WARM_MS;
  }

  callEnded(): void {
    this.#calls -= 1;
  }

  /** @param inUse - this use included, and those that wait for a socket */
  useBegan(nowMs: number, inUse: number): void {
    this.#warmUntilMs = nowMs + WARM_MS;
    if (this.#isReused) return this.#peak.note(inUse, nowMs);
    const second = Math.floor(nowMs / SECOND_MS);
    this.#begunInSecond = second === this.#second ? this.#begunInSecond + 1 : 1;
    this.#second = second;
    this.#peak.note(Math.ceil(this.#begunInSecond * OPENING_S), nowMs);
  }

  /** @param inUse - this use included */
  useEnded(nowMs: number, inUse: number): void {
    // A use may have lasted for longer than the peak looks back.
    if (this.#isReused) this.#peak.note(inUse, nowMs);
  }

  /** Spares worth keeping. */
  toKeep(nowMs: number, inUse: number): number {
    if (this.#calls === 0) return 0;
    const peak = this.#peak.at(nowMs);
    const recent = this.#isReused ? peak - inUse : Math.min(peak, this.#calls);
    return Math.max(nowMs < this.#warmUntilMs ? 1 : 0, recent);
  }

  /** Spares worth opening before they are needed. */
  toOpen(nowMs: number, inUse: number): number {
    const kept = this.toKeep(nowMs, inUse);
    if (!this.#isReused) return kept;
    // Sockets in use come back: another is opened only for a call that might need it meanwhile.
    return inUse < this.#calls && nowMs < this.#warmUntilMs ? Math.min(1, kept) : 0;
  }
}

/** The highest of the values noted in the last one to two windows. */
class RecentPeak {
  readonly #windowMs: number;
  #windowStartMs = 0;
  #current = 0;
  #previous = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  note(value: number, nowMs: number): void {
    this.#goTo(nowMs);
    this.#current = Math.max(this.#current, value);
  }

  /** 0 if nothing was noted for two windows. */
  at(nowMs: number): number {
    this.#goTo(nowMs);
    return Math.max(this.#current, this.#previous);
  }

  #goTo(nowMs: number): void {
    const windows = Math.floor((nowMs - this.#windowStartMs) / this.#windowMs);
    if (windows < 1) return;
    this.#previous = windows === 1 ? this.#current : 0;
    this.#current = 0;
    this.#windowStartMs += windows * this.#windowMs;
  }
}

/** The first pings follow one another quickly: the line and the clock offset are known early. */
const FAST_PINGS = 8;
const FAST_INTERVAL_MS = 250;
/** While something is said or awaited: a line that fell silent on one side is noticed in 8 s. */
const IN_USE_INTERVAL_MS = 3_000;
/** The same on a line that was late. */
const LATE_INTERVAL_MS = 1_000;
/** Without any message from the relay. */
const PONG_DEADLINE_MS = 5_000;
/** However much else arrives: what we send may no longer reach the relay. */
const MAX_PONG_MS = 15_000;
/** A deadline that comes later than this was slept through: the system had stopped the program. */
const LATE_MS = 1_000;
/** What arrived meanwhile comes after the timers; it is given this long. */
const AFTER_SLEEP_MS = 2_000;

export interface HeartbeatOptions {
  readonly intervalMs: number;
  /** Whether anything but pings has passed lately. */
  isInUse(): boolean;
  /** - `doubt`: it is late, and quick pings shall say why */
  line(): 'good' | 'late' | 'doubt';
  now(): number;
  /** Sends a ping that carries `sentMs`. */
  ping(sentMs: number): void;
  /** No answer came in time: the connection is dead, even if the socket seems open. */
  onDead(): void;
}

/** Pings while it runs, and notices a connection that no longer answers. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #awaitedMs: number | undefined;
  #sent = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.#ping();
  }

  /** How long an answer has been awaited; 0: none is. */
  get awaitedForMs(): number {
    return this.#awaitedMs === undefined ? 0 : this.#options.now() - this.#awaitedMs;
  }

  /**
   * Takes an answer.
   *
   * @returns whether it answers the ping that is awaited; a repetition of an older one says nothing
   *   about the round trip
   */
  answered(sentMs: number): boolean {
    if (sentMs !== this.#awaitedMs) return false;
    this.#awaitedMs = undefined;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ping(), this.#intervalMs);
    return true;
  }

  /**
   * Something else arrived. On a slow line an answer waits behind the voice that was sent before
   * it, and the line is not dead.
   */
  heard(): void {
    if (this.#awaitedMs !== undefined) this.#expect(this.#awaitedMs);
  }

  /** Pings now, unless an answer is awaited anyway. */
  probe(): void {
    if (this.#awaitedMs !== undefined) return;
    clearTimeout(this.#timer);
    this.#ping();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#awaitedMs = undefined;
  }

  #ping(): void {
    const sentMs = this.#options.now();
    this.#awaitedMs = sentMs;
    this.#sent += 1;
    this.#expect(sentMs);
    this.#options.ping(sentMs);
  }

  /** Waits for the answer to the ping of `sentMs` from now on. */
  #expect(sentMs: number): void {
    clearTimeout(this.#timer);
    const nowMs = this.#options.now();
    const deadlineMs = Math.min(PONG_DEADLINE_MS, MAX_PONG_MS - (nowMs - sentMs));
    this.#timer = setTimeout(() => this.#onSilence(nowMs + deadlineMs), deadlineMs);
  }

  #onSilence(dueMs: number): void {
    const die = (): void => {
      this.stop();
      this.#options.onDead();
    };
    const hasSlept = this.#options.now() - dueMs > LATE_MS;
    if (hasSlept) this.#timer = setTimeout(die, AFTER_SLEEP_MS);
    else die();
  }

  get #intervalMs(): number {
    const line = this.#options.line();
    if (this.#sent < FAST_PINGS || line === 'doubt') return FAST_INTERVAL_MS;
    const { intervalMs } = this.#options;
    if (!this.#options.isInUse()) return intervalMs;
    return Math.min(line === 'late' ? LATE_INTERVAL_MS : IN_USE_INTERVAL_MS, intervalMs);
  }
}

/** The first pings follow one another quickly, to know the clock offset early. */
const FAST_PINGS = 4;
const FAST_INTERVAL_MS = 1_000;
const PONG_DEADLINE_MS = 5_000;

export interface HeartbeatOptions {
  readonly intervalMs: number;
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

  /**
   * Takes an answer.
   *
   * @returns whether it answers the ping that is awaited; a repetition of an older one does not
   *   tell anything about the round trip
   */
  answered(sentMs: number): boolean {
    if (sentMs !== this.#awaitedMs) return false;
    this.#awaitedMs = undefined;
    clearTimeout(this.#timer);
    const intervalMs = this.#sent <= FAST_PINGS ? FAST_INTERVAL_MS : this.#options.intervalMs;
    this.#timer = setTimeout(() => this.#ping(), intervalMs);
    return true;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#awaitedMs = undefined;
  }

  #ping(): void {
    const sentMs = this.#options.now();
    this.#awaitedMs = sentMs;
    this.#sent += 1;
    this.#timer = setTimeout(() => {
      this.stop();
      this.#options.onDead();
    }, PONG_DEADLINE_MS);
    this.#options.ping(sentMs);
  }
}

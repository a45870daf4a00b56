import type { SocketPool } from '../websocket/socket-pool.ts';

/**
 * Spare sockets for vendors whose voice belongs to the socket: when a call begins its voice is not
 * known yet. So each call counts for the first voice, and every other voice that is used while calls
 * run is kept as well.
 */
export class VoiceSpares {
  readonly #pool: Pick<SocketPool, 'reserve'>;
  readonly #first: string;
  readonly #calls = new Set<object>();
  readonly #others = new Map<string, () => void>();

  constructor(pool: Pick<SocketPool, 'reserve'>, first: string) {
    this.#pool = pool;
    this.#first = first;
  }

  /** A call has begun. @returns its end */
  prepare(): () => void {
    const call = {};
    this.#calls.add(call);
    const release = this.#pool.reserve(this.#first);
    return () => {
      release();
      this.#calls.delete(call);
      if (this.#calls.size > 0) return;
      for (const releaseOther of this.#others.values()) releaseOther();
      this.#others.clear();
    };
  }

  /** To be called before the voice's socket is taken, so that a spare is kept afterwards. */
  use(voice: string): void {
    if (this.#calls.size === 0 || voice === this.#first || this.#others.has(voice)) return;
    this.#others.set(voice, this.#pool.reserve(voice));
  }
}

import type { SocketPool } from '../transport/socket-pool.ts';

/**
 * Where the voice belongs to the socket, a call that has begun does not tell yet which it will
 * want. So a spare is kept for each voice that was used while calls run.
 */
export class VoiceSpares {
  readonly #pool: Pick<SocketPool, 'reserve'>;
  readonly #calls = new Set<object>();
  readonly #releases = new Map<string, () => void>();

  constructor(pool: Pick<SocketPool, 'reserve'>) {
    this.#pool = pool;
  }

  /** A call has begun. @returns its end */
  prepare(): () => void {
    const call = {};
    this.#calls.add(call);
    return () => {
      this.#calls.delete(call);
      if (this.#calls.size > 0) return;
      for (const release of this.#releases.values()) release();
      this.#releases.clear();
    };
  }

  /** To be told before the voice's socket is taken, so that it is kept afterwards. */
  use(voice: string): void {
    if (this.#calls.size === 0 || this.#releases.has(voice)) return;
    this.#releases.set(voice, this.#pool.reserve(voice));
  }
}

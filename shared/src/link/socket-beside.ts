import type { RelaySocket } from './relay-socket.ts';

const FIRST_WAIT_MS = 10_000;
const MAX_WAIT_MS = 5 * 60_000;
/** One that lasted this long was worth having. */
const WORTH_MS = 60_000;
/** One in which more waits than this helps nobody. */
const MAX_WAITING_BYTES = 64 * 1024;

export interface SocketBesideOptions {
  now(): number;
  /** @throws Error if there can be none */
  open(): RelaySocket;
}

/**
 * The socket beside the first, while it is wished for. It carries the same messages, so that what
 * one of the two delays comes by the other. It holds nothing up: whether it opens, fails or lags
 * changes nothing for the call.
 */
export class SocketBeside {
  readonly #options: SocketBesideOptions;
  #socket: RelaySocket | undefined;
  #openedAtMs = 0;
  #waitMs = FIRST_WAIT_MS;
  #retryAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: SocketBesideOptions) {
    this.#options = options;
  }

  /** undefined unless it is open. */
  get socket(): RelaySocket | undefined {
    return this.#socket?.readyAtMs === undefined ? undefined : this.#socket;
  }

  /** Called again and again: it opens, waits after a failure, or closes. */
  wish(isWished: boolean): void {
    if (!isWished) return this.close();
    const nowMs = this.#options.now();
    if (this.#socket !== undefined || nowMs < this.#retryAtMs) return;
    this.#openedAtMs = nowMs;
    try {
      this.#socket = this.#options.open();
    } catch {
      return this.#waitAfterFailure();
    }
    const socket = this.#socket;
    void socket.ended.then(() => {
      socket.close('abandon');
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#waitAfterFailure();
    });
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    const { socket } = this;
    if (socket !== undefined && socket.waitingBytes <= MAX_WAITING_BYTES) socket.send(data);
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close('abandon');
  }

  #waitAfterFailure(): void {
    const nowMs = this.#options.now();
    if (nowMs - this.#openedAtMs >= WORTH_MS) this.#waitMs = FIRST_WAIT_MS;
    this.#retryAtMs = nowMs + this.#waitMs;
    this.#waitMs = Math.min(2 * this.#waitMs, MAX_WAIT_MS);
  }
}

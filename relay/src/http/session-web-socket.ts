import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { SessionSocket } from '../session/session.ts';

/**
 * A client's WebSocket. What is sent in one go leaves in one system call, which costs more than
 * everything else about a small message; nothing waits for anything that is yet to happen.
 */
export class SessionWebSocket implements SessionSocket {
  readonly #webSocket: WebSocket;
  readonly #connection: Duplex;
  #isCorked = false;

  /** @param connection - what `webSocket` runs over */
  constructor(webSocket: WebSocket, connection: Duplex) {
    this.#webSocket = webSocket;
    this.#connection = connection;
  }

  get bufferedAmount(): number {
    return this.#webSocket.bufferedAmount;
  }

  send(data: string | Uint8Array): void {
    this.#cork();
    this.#webSocket.send(data);
  }

  ping(): void {
    this.#webSocket.ping();
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  /** Until whatever runs now has come to its end, and what it made of promises too. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#connection.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      this.#connection.uncork();
    });
  }
}

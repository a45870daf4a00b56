import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { Cork } from '../base/lib/cork.ts';
import type { SessionSocket } from '../call/session/session-socket.ts';

/** A client's WebSocket. Events come in bursts and leave together; voice does not wait for them. */
export class SessionWebSocket implements SessionSocket {
  readonly #webSocket: WebSocket;
  readonly #cork: Cork;

  /** @param connection - what `webSocket` runs over */
  constructor(webSocket: WebSocket, connection: Duplex) {
    this.#webSocket = webSocket;
    this.#cork = new Cork(connection);
  }

  get bufferedAmount(): number {
    return this.#webSocket.bufferedAmount;
  }

  send(data: string | Uint8Array): void {
    this.#cork.hold();
    this.#webSocket.send(data);
    if (typeof data !== 'string') this.#cork.hurry();
  }

  ping(): void {
    this.#webSocket.ping();
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  terminate(): void {
    this.#cork.release();
    this.#webSocket.terminate();
  }
}

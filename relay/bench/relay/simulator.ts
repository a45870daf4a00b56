import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { readMark, type Mark } from './marked-chunk.ts';
import { FINALIZE } from './socket-transcriber.ts';

/** Connections that may wait to be accepted: they come by the thousand. */
const BACKLOG = 4_096;

/** The transcriber's side of the socket: records what arrives and answers with no words. */
export class Simulator {
  readonly #server: WebSocketServer;
  readonly #onChunk: (mark: Mark, receivedMs: number) => void;

  /**
   * @param audioOffset - where the audio begins in a message: what a pipe hands on still has the
   *   client's header, what the relay hands on has none
   */
  constructor(audioOffset: number, onChunk: (mark: Mark, receivedMs: number) => void) {
    this.#onChunk = onChunk;
    this.#server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      backlog: BACKLOG,
      perMessageDeflate: false,
    });
    this.#server.on('connection', (socket) => {
      socket.on('error', () => socket.terminate());
      socket.on('message', (message: Buffer, isBinary) => {
        if (isBinary) this.#onChunk(readMark(message, audioOffset), performance.now());
        else if (message.toString('utf8') === FINALIZE) socket.send('');
      });
    });
  }

  get connections(): number {
    return this.#server.clients.size;
  }

  async listen(): Promise<string> {
    if (this.#server.address() === null) await once(this.#server, 'listening');
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
}

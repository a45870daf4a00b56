import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { Arrivals } from './arrivals.ts';
import { readMark } from './marked-chunk.ts';
import { STEADY } from './schedule.ts';
import { FINALIZE } from './socket-transcriber.ts';
import { type UpstreamAddress, type UpstreamFigures, type UpstreamSide } from './upstream.ts';

/** Connections that may wait to be accepted: they come by the thousand. */
const BACKLOG = 4_096;

/** The transcriber's side of the socket: records what arrives and answers with no words. */
export class Simulator implements UpstreamSide {
  readonly #server: WebSocketServer;
  readonly #arrivals = new Arrivals(STEADY);
  #offset = 0;
  #opened = 0;
  #peak = 0;

  constructor() {
    this.#server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      backlog: BACKLOG,
      perMessageDeflate: false,
    });
    this.#server.on('connection', (socket) => {
      this.#opened++;
      this.#peak = Math.max(this.#peak, this.connections);
      socket.on('error', () => socket.terminate());
      socket.on('message', (message: Buffer, isBinary) => {
        if (isBinary) this.#arrivals.arrived(readMark(message, this.#offset));
        else if (message.toString('utf8') === FINALIZE) socket.send('');
      });
    });
  }

  get connections(): number {
    return this.#server.clients.size;
  }

  get delivered(): number {
    return this.#arrivals.delivered;
  }

  async listen(offset: number): Promise<UpstreamAddress> {
    this.#offset = offset;
    if (this.#server.address() === null) await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    return { url: `ws://127.0.0.1:${port}`, key: '' };
  }

  record(): void {
    this.#arrivals.record();
  }

  take(): UpstreamFigures {
    return { ...this.#arrivals.take(), opened: this.#opened, peak: this.#peak };
  }
}

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { OneWay, type Delay } from './one-way.ts';

const UPGRADE = /^upgrade: websocket\r$/im;

export type Way = 'up' | 'down';

/** One connection through the proxy. `up` leads to the server, `down` to its client. */
export class FaultyConnection {
  /** Resolves once neither side has a connection any more. */
  readonly closed: Promise<void>;
  /** Resolves once it becomes a WebSocket, or ends without that. */
  readonly isWebSocket: Promise<boolean>;
  readonly #sockets: readonly Socket[];
  readonly #ways: Readonly<Record<Way, OneWay>>;

  constructor(client: Socket, server: Socket) {
    this.#sockets = [client, server];
    this.#ways = { up: new OneWay(client, server), down: new OneWay(server, client) };
    this.closed = Promise.all(
      this.#sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    ).then(() => {});
    this.isWebSocket = new Promise((resolve) => {
      // Requests over HTTP may come before on the same connection.
      client.on('data', function look(bytes) {
        if (!UPGRADE.test(bytes.toString('latin1'))) return;
        client.off('data', look);
        resolve(true);
      });
      client.once('close', () => resolve(false));
    });
  }

  /** Both sides see it closed in an orderly way; what was on its way is lost. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Both sides see it broken (RST). */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** From now on nothing arrives any more on one way, not even that the sender has gone. */
  silence(way: Way): void {
    this.#ways[way].silence();
  }

  /** Nothing moves for a while; then all of it arrives. */
  stall(durationMs: number): void {
    for (const way of Object.values(this.#ways)) way.stall(durationMs);
  }

  /** From now on each piece of data arrives as late as `delay` says, in order; undefined: at once. */
  delay(delay: Delay | undefined): void {
    for (const way of Object.values(this.#ways)) way.delay(delay);
  }
}

/** A way to a server on this machine over which a network's faults can be played. */
export class FaultyProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #open = new Set<FaultyConnection>();
  #isCut = false;

  private constructor(targetPort: number, onConnection: (connection: FaultyConnection) => void) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      if (this.#isCut) return void client.destroy();
      const server = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
      const connection = new FaultyConnection(client, server);
      this.#open.add(connection);
      void connection.closed.then(() => this.#open.delete(connection));
      onConnection(connection);
    });
  }

  /** @param onConnection - called with each new connection, before anything passes */
  static async to(
    targetPort: number,
    onConnection: (connection: FaultyConnection) => void = () => {},
  ): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(targetPort, onConnection);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Every connection is lost, and none is let through. */
  cut(): void {
    this.#isCut = true;
    for (const connection of this.#open) connection.cut();
  }

  mend(): void {
    this.#isCut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

import { BoundedWebSocket } from '../client/connection.ts';

/** A network that is lost and found when a recording says so. */
export class ReplayNetwork {
  readonly #open = new Set<BoundedWebSocket>();
  #isDown = false;
  /** Sockets over this network. */
  readonly WebSocket = socketsOver({
    opened: (socket) => {
      this.#open.add(socket);
      // Before the socket is constructed, nothing listens for its end; a timer would let one open.
      if (this.#isDown) queueMicrotask(() => socket.terminate());
    },
    closed: (socket) => this.#open.delete(socket),
  });

  /** Every socket is lost, and none can be had. */
  cut(): void {
    this.#isDown = true;
    for (const socket of this.#open) socket.terminate();
  }

  mend(): void {
    this.#isDown = false;
  }
}

interface SocketWatcher {
  opened(socket: BoundedWebSocket): void;
  closed(socket: BoundedWebSocket): void;
}

function socketsOver(watcher: SocketWatcher): typeof BoundedWebSocket {
  return class extends BoundedWebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      watcher.opened(this);
      this.once('close', () => watcher.closed(this));
    }
  };
}

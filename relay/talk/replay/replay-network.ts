import type { SocketClass } from '@parley/shared/flight/recorded-socket';
import type { WebSocketPort } from '@parley/shared/link/relay-socket';

type TerminableClass = new (
  url: string,
  protocols: string[],
) => WebSocketPort & { terminate(): void };

/** A network that is lost and found when a recording says so. */
export class ReplayNetwork {
  readonly #open = new Set<{ terminate(): void }>();
  #isDown = false;

  /** WebSockets over this network. */
  through(Socket: TerminableClass): SocketClass {
    const open = this.#open;
    const isDown = () => this.#isDown;
    return class extends Socket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        open.add(this);
        this.addEventListener('close', () => open.delete(this));
        // Before it has told the one who opens it, there is nobody to hear of its end.
        if (isDown()) setTimeout(() => this.terminate());
      }
    };
  }

  /** Every socket is lost, and none can be had. */
  cut(): void {
    this.#isDown = true;
    for (const socket of this.#open) socket.terminate();
  }

  mend(): void {
    this.#isDown = false;
  }
}

import type { RelayConnectionOptions } from './connection-options.ts';
import { openPort, type WebSocketConstructor, type WebSocketPort } from './relay-socket.ts';

/** One may fail as the relay restarts; so many in a row, while HTTP gets through, do not. */
const MAX_BLOCKED_OPENINGS = 3;
/** Those that did not get through in an earlier call of this page: they are tried once. */
const blockedLately = new WeakSet<WebSocketConstructor>();

/**
 * - `again`: it may have been chance
 * - `otherwise`: from now on plain requests take the place of WebSockets
 * - `blocked`: neither gets through
 */
type Verdict = 'again' | 'otherwise' | 'blocked';

/** How a connection's sockets are opened: as WebSockets, until it turns out that none gets through. */
export class Openings {
  readonly #options: Pick<RelayConnectionOptions, 'api' | 'replacesSession' | 'WebSocket'>;
  #WebSocket: WebSocketConstructor;
  /** In a row; each while plain HTTP reached the relay. */
  #blocked = 0;

  constructor(options: Pick<RelayConnectionOptions, 'api' | 'replacesSession' | 'WebSocket'>) {
    this.#options = options;
    this.#WebSocket = options.WebSocket;
  }

  /** @throws ClientError if no socket can be opened to such an address */
  open(url: string, secret: string): WebSocketPort {
    return openPort(this.#WebSocket, url, secret);
  }

  /** One of them led to the session. */
  succeeded(): void {
    this.#blocked = 0;
    blockedLately.delete(this.#WebSocket);
  }

  /**
   * One failed. A browser does not show a page why a WebSocket did not open; what HTTP does beside
   * it says more.
   *
   * @param hasWorked - whether the session was entered before
   * @throws as `SessionApi.reach`
   */
  async judge(hasWorked: boolean, signal: AbortSignal): Promise<Verdict> {
    const { api, replacesSession, WebSocket } = this.#options;
    try {
      await api.reach(signal);
    } catch (error) {
      this.#blocked = 0;
      throw error;
    }
    this.#blocked += 1;
    const isFirstWay = this.#WebSocket === WebSocket;
    const isNew = isFirstWay && !blockedLately.has(WebSocket);
    const isPatient = hasWorked || (replacesSession && isNew);
    if (this.#blocked < (isPatient ? MAX_BLOCKED_OPENINGS : 1)) return 'again';
    // A part of the page that could not be loaded is the end as well.
    const polled = isFirstWay && (await import('./polled-socket.ts').catch(() => undefined));
    if (!polled) return hasWorked ? 'again' : 'blocked';
    blockedLately.add(WebSocket);
    this.#WebSocket = polled.polledSockets(api.relay);
    this.#blocked = 0;
    return 'otherwise';
  }
}

import { WebSocket } from 'ws';
import {
  BEARER_SUBPROTOCOL_PREFIX,
  LOG_PATHS,
  LOG_SUBPROTOCOL,
  type LogFilter,
} from '@parley/shared';
import type { Clock } from '../base/lib/clock.ts';
import { PEER_HEADER, peerToken } from './bridge.ts';
import type { Peer } from './replicas.ts';

/** How soon a relay is followed that has just come, or come back. */
const CHECK_MS = 2_000;
const CONNECT_MS = 2_000;
/** More than any line of the log. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

export interface PeerTailsOptions {
  readonly peers: () => readonly Peer[];
  readonly authSecret: string;
  /** Of the administrator who follows: each relay judges it by itself. `Bearer …` */
  readonly authorization: string;
  /** A message of another relay's tail: a line, or a notice. */
  readonly take: (text: string) => void;
  readonly clock: Clock;
}

/** By which a relay follows the logs of the others. */
export interface PeerLogs {
  /** Of this relay. */
  readonly id: string;
  readonly tailsFor: (follower: Pick<PeerTailsOptions, 'authorization' | 'take'>) => PeerTails;
}

/** The logs of other relays, for one client that follows them at this one. */
export class PeerTails implements Disposable {
  readonly #options: PeerTailsOptions;
  readonly #sockets = new Map<string, WebSocket>();
  /** Those that have refused this client are not asked again. */
  readonly #refused = new Set<string>();
  #filter: LogFilter = {};
  #last = 0;
  #cancelCheck: () => void = () => {};

  constructor(options: PeerTailsOptions) {
    this.#options = options;
  }

  /** From now on these lines: `filter.relay` says of which relays. */
  show(filter: LogFilter, last = 0): void {
    this.#filter = filter;
    this.#last = last;
    for (const [id, socket] of this.#sockets) {
      if (!this.#isWanted(id)) socket.terminate();
      else if (socket.readyState === WebSocket.OPEN) socket.send(this.#message);
    }
    this.#check();
    // A relay that comes later begins with what it writes from then on.
    this.#last = 0;
  }

  [Symbol.dispose](): void {
    this.#cancelCheck();
    this.#cancelCheck = () => {};
    for (const socket of this.#sockets.values()) socket.terminate();
    this.#filter = {};
  }

  get #message(): string {
    return JSON.stringify({ ...this.#filter, relay: undefined });
  }

  #isWanted(id: string): boolean {
    const { relay } = this.#filter;
    return relay === 'all' || relay === id;
  }

  #check(): void {
    const { peers, clock } = this.#options;
    this.#cancelCheck();
    if (this.#filter.relay === undefined) return;
    for (const peer of peers()) {
      if (!this.#isWanted(peer.id) || this.#sockets.has(peer.id) || this.#refused.has(peer.id)) {
        continue;
      }
      this.#open(peer);
    }
    this.#cancelCheck = clock.after(CHECK_MS, () => this.#check());
  }

  #open({ id, peerUrl }: Peer): void {
    const { authSecret, authorization, take } = this.#options;
    const url = new URL(LOG_PATHS.tail, peerUrl.replace(/^http/, 'ws'));
    const asked = this.#message;
    const query = { ...(JSON.parse(asked) as object), last: String(this.#last) };
    for (const [name, value] of Object.entries<string>(query)) url.searchParams.set(name, value);
    const token = Buffer.from(authorization.replace(/^Bearer /i, '')).toString('base64url');
    const socket = new WebSocket(url, [LOG_SUBPROTOCOL, BEARER_SUBPROTOCOL_PREFIX + token], {
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handshakeTimeout: CONNECT_MS,
      finishRequest(request) {
        // The name in its address need not be one that clients use.
        const key = String(request.getHeader('sec-websocket-key'));
        request.setHeader(PEER_HEADER, peerToken(authSecret, { 'sec-websocket-key': key }));
        request.end();
      },
    });
    this.#sockets.set(id, socket);
    socket.on('open', () => {
      if (asked !== this.#message) socket.send(this.#message);
    });
    socket.on('message', (data: Buffer) => {
      if (this.#sockets.get(id) === socket && this.#isWanted(id)) take(data.toString('utf8'));
    });
    socket.on('unexpected-response', () => {
      this.#refused.add(id);
      socket.terminate();
    });
    // The close that follows ends it.
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#sockets.get(id) === socket) this.#sockets.delete(id);
    });
  }
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { sleep, type Clock } from '../base/lib/clock.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { SessionSnapshot } from '../call/session/session-snapshot.ts';
import { bridge, isFromPeer, type BridgeOutcome } from './bridge.ts';
import type { CallSnapshots } from './call-snapshots.ts';
import { LEASE_MS, type Replicas, type Whereabouts } from './replicas.ts';
import { SharedMemoryAway } from './shared-memory.ts';

/** How long a client may have to wait: until the lease of a relay that says nothing is over. */
const ROUTE_MS = LEASE_MS + 2_000;
const RETRY_MS = 200;

/** What a WebSocket shows: the fingerprint of one of them. */
export interface Shown {
  readonly resumeKey?: string | undefined;
  readonly ticket?: string | undefined;
  /** Of a call whose client opens a second socket. */
  readonly besideKey?: string | undefined;
}

/** - `elsewhere`: not here, and the relay that holds the call cannot be reached now */
export type Route = 'here' | 'bridged' | 'elsewhere';

export interface CallRouterOptions {
  readonly replicas: Pick<Replicas, 'id' | 'peers' | 'whereIs' | 'adopt'>;
  readonly snapshots: Pick<CallSnapshots, 'read'>;
  /** Whether this relay holds the call, or has issued the ticket itself. */
  readonly isHere: (shown: Shown) => boolean;
  readonly isMemoryThere: () => boolean;
  readonly isDraining: () => boolean;
  readonly adopt: (snapshot: SessionSnapshot) => void;
  readonly authSecret: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Finds the relay for a client's WebSocket, wherever a balancer has sent it. */
export class CallRouter implements Disposable {
  readonly #options: CallRouterOptions;
  /** Calls that are being adopted: a client that connects twice has one. */
  readonly #adoptions = new Map<string, Promise<boolean>>();

  /** Of clients that are bridged. */
  readonly #bridged = new Set<Duplex>();

  constructor(options: CallRouterOptions) {
    this.#options = options;
  }

  /** Whether a relay of the same secret has passed this request on, and checked where it is from. */
  isFromPeer(request: IncomingMessage): boolean {
    return isFromPeer(request, this.#options.authSecret);
  }

  /** Never rejects. @returns unless `bridged`, the socket is as it was */
  async route(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    shown: Shown,
  ): Promise<Route> {
    const { isHere, isDraining, isMemoryThere, logger } = this.#options;
    const way = { request, socket, head, fromPeer: this.isFromPeer(request) };
    if (isHere(shown)) return 'here';
    if (shown.besideKey !== undefined) return this.#findBeside(way, shown.besideKey);
    try {
      if (shown.resumeKey !== undefined) return await this.#resume(way, shown.resumeKey);
      if (isMemoryThere() && !(isDraining() && !way.fromPeer)) return 'here';
      // It may have been issued while Redis was away, or this relay takes no more calls.
      return await this.#ask(way, 'not-draining');
    } catch (err) {
      if (!(err instanceof SharedMemoryAway)) logger.error({ err }, 'a call could not be found');
      const peers = shown.resumeKey === undefined ? 'not-draining' : 'any';
      const route = await this.#ask(way, peers).catch(() => 'here' as const);
      // Where its call is can be known later.
      return route === 'here' && shown.resumeKey !== undefined ? 'elsewhere' : route;
    }
  }

  /** The call is where it is: a second socket neither moves it nor waits for it. */
  async #findBeside(way: Way, resumeKey: string): Promise<Route> {
    const { replicas, isHere } = this.#options;
    if (isHere({ resumeKey })) return 'here';
    if (way.fromPeer) return 'elsewhere';
    const where = await replicas.whereIs(resumeKey).catch(() => undefined);
    // Its owner has not said so, or the memory of all relays is away.
    if (where === undefined || where.kind === 'unknown') return this.#ask(way, 'any');
    if (where.kind === 'free' || where.owner === replicas.id) return 'here';
    return (await this.#bridge(way, where.peerUrl)) === 'bridged' ? 'bridged' : 'elsewhere';
  }

  async #resume(way: Way, resumeKey: string): Promise<Route> {
    const { replicas, isDraining, isHere, clock } = this.#options;
    const endMs = clock.now() + ROUTE_MS;
    for (let looks = 1; clock.now() < endMs && !way.socket.destroyed; looks += 1) {
      if (isHere({ resumeKey })) return 'here';
      const where = await replicas.whereIs(resumeKey);
      if (where.kind === 'held' && where.owner === replicas.id) return 'here';
      if (where.kind === 'unknown') {
        // Its relay has not said so yet, or said it to a Redis that was restarted since then.
        const route = await this.#ask(way, 'any');
        if (route !== 'here' || looks > 1) return route;
        await sleep(clock, RETRY_MS, NEVER);
        continue;
      }
      if (where.kind === 'free' && isDraining() && !way.fromPeer) {
        const route = await this.#ask(way, 'not-draining');
        if (route !== 'here') return route;
      }
      if (await this.#isAvailable(way, where)) {
        if (await this.#adopt(resumeKey, where.owner)) return 'here';
      } else if (way.socket.destroyed || way.isBridged) return 'bridged';
      else if (way.fromPeer) return 'elsewhere';
      await sleep(clock, RETRY_MS, NEVER);
    }
    return 'elsewhere';
  }

  /** Whether the call may be adopted; if its owner is there, the client is bridged to it. */
  async #isAvailable(way: Way, where: Exclude<Whereabouts, { kind: 'unknown' }>): Promise<boolean> {
    if (where.kind === 'free') return true;
    if (way.fromPeer) return false;
    return (await this.#bridge(way, where.peerUrl)) === 'refused';
  }

  #adopt(resumeKey: string, owner: string): Promise<boolean> {
    const running = this.#adoptions.get(resumeKey);
    if (running !== undefined) return running;
    const adoption = this.#adoptOnce(resumeKey, owner).finally(() =>
      this.#adoptions.delete(resumeKey),
    );
    this.#adoptions.set(resumeKey, adoption);
    return adoption;
  }

  async #adoptOnce(resumeKey: string, owner: string): Promise<boolean> {
    const { replicas, snapshots, adopt, logger } = this.#options;
    const text = await replicas.adopt(resumeKey, owner);
    if (text === undefined) return false;
    const snapshot = snapshots.read(resumeKey, text);
    if (snapshot === undefined) return true;
    logger.info({ sessionId: snapshot.grant.sessionId, from: owner }, 'call taken over');
    adopt(snapshot);
    return true;
  }

  /** Passes the client on to the first relay that takes it. */
  async #ask(way: Way, peers: 'any' | 'not-draining'): Promise<Route> {
    if (way.fromPeer) return 'elsewhere';
    for (const { peerUrl, state } of this.#options.replicas.peers) {
      if (peers === 'not-draining' && state === 'draining') continue;
      if ((await this.#bridge(way, peerUrl)) === 'bridged') return 'bridged';
    }
    return 'here';
  }

  async #bridge(way: Way, peerUrl: string): Promise<BridgeOutcome> {
    const { authSecret, clock } = this.#options;
    const outcome = await bridge(way.request, way.socket, way.head, { peerUrl, authSecret, clock });
    if (outcome !== 'bridged') return outcome;
    way.isBridged = true;
    this.#bridged.add(way.socket);
    way.socket.once('close', () => this.#bridged.delete(way.socket));
    return outcome;
  }

  /** Clients that are bridged connect again, to another relay. */
  [Symbol.dispose](): void {
    for (const socket of this.#bridged) socket.destroy();
  }
}

/** A client's WebSocket on its way. */
interface Way {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly fromPeer: boolean;
  isBridged?: boolean;
}

const NEVER = new AbortController().signal;

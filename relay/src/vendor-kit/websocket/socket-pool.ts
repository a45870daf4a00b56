import { ParleyError } from '@parley/shared';
import type { Clock } from '../../lib/clock.ts';
import type { VendorSocket } from './vendor-socket.ts';

export interface SocketPoolOptions {
  /** Opens a socket that is ready for its first use, e.g. has had its session configured. */
  open(key: string, signal: AbortSignal): Promise<VendorSocket>;
  /** Sent on a socket that is not in use, so that the vendor does not close it. */
  readonly keepAlive?: { readonly everyMs: number; send(socket: VendorSocket): void };
  /** Spares kept at most, over all keys. */
  readonly maxSpares: number;
  /** A socket older than this is not handed out any more: vendors end sessions after a time. */
  readonly maxAgeMs: number;
  /**
   * True if a socket is given back as a rule: while one is out, none is opened in its place.
   * Otherwise the next spare is opened as soon as one is taken.
   */
  readonly isReused?: boolean;
  readonly clock: Clock;
}

/** The exclusive use of a socket. Exactly one of its two ends must be called. */
export interface SocketLease {
  readonly socket: VendorSocket;
  /** It is as good as new: the next user may have it. */
  giveBack(): void;
  /** It cannot be used again, or may hold something of this use. */
  discard(): void;
}

/** How often spares are maintained. */
const MAINTENANCE_INTERVAL_MS = 1_000;
const REOPEN_PAUSE_MS = 5_000;
/** How often a spare is pinged: also the longest that a silently lost connection stays unnoticed. */
const PING_INTERVAL_MS = 5_000;
const PING_DEADLINE_MS = 2_000;

interface Spare {
  readonly key: string;
  readonly socket: VendorSocket;
  keptAliveAtMs: number;
  pingedAtMs: number;
}

/** A spare that is being opened; a user that needs one before it is ready takes it over. */
interface Opening {
  readonly key: string;
  readonly socket: Promise<VendorSocket>;
  isTaken: boolean;
}

/**
 * Upstream sockets that are open before they are needed.
 *
 * While a call runs (`reserve`), one spare per call is kept for its key, up to `maxSpares` in all;
 * they are kept alive, pinged, renewed when they grow old and closed when no call is left.
 */
export class SocketPool implements AsyncDisposable {
  readonly #options: SocketPoolOptions;
  readonly #spares: Spare[] = [];
  readonly #openings = new Set<Opening>();
  readonly #reserved = new Map<string, number>();
  readonly #leased = new Map<string, number>();
  readonly #retryAtMs = new Map<string, number>();
  readonly #abort = new AbortController();
  #cancelMaintenance: (() => void) | undefined;

  constructor(options: SocketPoolOptions) {
    this.#options = options;
  }

  get spares(): number {
    return this.#spares.length;
  }

  /** A call has begun that will need sockets of this key. @returns its end */
  reserve(key: string): () => void {
    count(this.#reserved, key, 1);
    this.#maintain();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      count(this.#reserved, key, -1);
      this.#maintain();
    };
  }

  /**
   * A spare if there is one, or is about to be, else a new one. A spare whose connection turns out
   * to be lost fails with `timeout` soon after.
   *
   * @throws what `open` throws; the signal's reason when aborted
   */
  async acquire(key: string, signal: AbortSignal): Promise<SocketLease> {
    signal.throwIfAborted();
    this.#abort.signal.throwIfAborted();
    count(this.#leased, key, 1);
    let socket: VendorSocket | undefined;
    try {
      socket = this.#takeSpare(key) ?? (await this.#takeOpening(key, signal));
      socket ??= await this.#options.open(key, AbortSignal.any([signal, this.#abort.signal]));
    } finally {
      if (socket === undefined) count(this.#leased, key, -1);
    }
    const lease = this.#lease(key, socket);
    this.#refill();
    if (!signal.aborted) return lease;
    lease.giveBack();
    throw signal.reason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort(new ParleyError('draining'));
    this.#reserved.clear();
    this.#cancelMaintenance?.();
    for (const { socket } of this.#spares.splice(0)) socket.terminate();
    await Promise.allSettled([...this.#openings].map((opening) => opening.socket));
  }

  #lease(key: string, socket: VendorSocket): SocketLease {
    let held = true;
    const end = (keep: boolean) => {
      if (!held) return;
      held = false;
      count(this.#leased, key, -1);
      if (keep && socket.isOpen && this.#isWanted(key) && !this.#isOld(socket)) {
        this.#addSpare(key, socket);
      } else if (keep) socket.close();
      else socket.terminate();
      this.#maintain();
    };
    return { socket, giveBack: () => end(true), discard: () => end(false) };
  }

  #takeSpare(key: string): VendorSocket | undefined {
    for (;;) {
      const index = this.#spares.findIndex((spare) => spare.key === key);
      if (index < 0) return undefined;
      const { socket } = this.#spares.splice(index, 1)[0]!;
      if (!socket.isOpen || this.#isOld(socket)) {
        socket.close();
        continue;
      }
      socket.listen({});
      // Waiting for the answer would cost a round trip; if none comes, its user's `closed` is called.
      this.#checkAlive(socket);
      return socket;
    }
  }

  async #takeOpening(key: string, signal: AbortSignal): Promise<VendorSocket | undefined> {
    const opening = [...this.#openings].find((one) => one.key === key && !one.isTaken);
    if (opening === undefined) return undefined;
    opening.isTaken = true;
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => {
      // Given back at once, it becomes a spare if it still succeeds.
      opening.isTaken = false;
      aborted.reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([opening.socket, aborted.promise]);
    } catch {
      signal.throwIfAborted();
      return undefined;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #addSpare(key: string, socket: VendorSocket): void {
    const nowMs = this.#options.clock.now();
    const spare = { key, socket, keptAliveAtMs: nowMs, pingedAtMs: nowMs };
    this.#spares.push(spare);
    socket.listen({
      closed: () => {
        const index = this.#spares.indexOf(spare);
        if (index >= 0) this.#spares.splice(index, 1);
      },
    });
  }

  /** Lets go of what is old or unwanted, opens what is missing, keeps the rest alive. */
  #maintain(): void {
    if (this.#abort.signal.aborted) return;
    for (const spare of [...this.#spares]) this.#maintainSpare(spare);
    this.#refill();
    if (this.#reserved.size === 0 && this.#spares.length === 0) this.#cancelMaintenance?.();
    else if (this.#cancelMaintenance === undefined) this.#maintainLater();
  }

  #refill(): void {
    for (const key of this.#reserved.keys())
      while (this.#isWanted(key) && this.#mayOpen(key)) this.#open(key);
  }

  #maintainLater(): void {
    const cancel = this.#options.clock.after(MAINTENANCE_INTERVAL_MS, () => {
      this.#cancelMaintenance = undefined;
      this.#maintain();
    });
    this.#cancelMaintenance = () => {
      this.#cancelMaintenance = undefined;
      cancel();
    };
  }

  #maintainSpare(spare: Spare): void {
    const { clock, keepAlive } = this.#options;
    const nowMs = clock.now();
    const { socket, key } = spare;
    if (!socket.isOpen || this.#isOld(socket) || !this.#reserved.has(key)) {
      this.#spares.splice(this.#spares.indexOf(spare), 1);
      socket.close();
      return;
    }
    if (keepAlive !== undefined && nowMs - spare.keptAliveAtMs >= keepAlive.everyMs) {
      spare.keptAliveAtMs = nowMs;
      keepAlive.send(socket);
    }
    if (nowMs - spare.pingedAtMs >= PING_INTERVAL_MS) {
      spare.pingedAtMs = nowMs;
      this.#checkAlive(socket);
    }
  }

  #checkAlive(socket: VendorSocket): void {
    void socket.isAlive(PING_DEADLINE_MS).then((alive) => {
      if (!alive) socket.fail(socket.failure('timeout'));
    });
  }

  /** Whether there are fewer spares of this key than calls, and room for one more. */
  #isWanted(key: string): boolean {
    const { isReused, maxSpares } = this.#options;
    let all = this.#spares.length;
    let ready = isReused === true ? (this.#leased.get(key) ?? 0) : 0;
    for (const spare of this.#spares) if (spare.key === key) ready++;
    for (const opening of this.#openings) {
      if (opening.isTaken) continue;
      all++;
      if (opening.key === key) ready++;
    }
    const reserved = this.#reserved.get(key) ?? 0;
    return !this.#abort.signal.aborted && ready < reserved && all < maxSpares;
  }

  #mayOpen(key: string): boolean {
    return (this.#retryAtMs.get(key) ?? 0) <= this.#options.clock.now();
  }

  #isOld(socket: VendorSocket): boolean {
    return this.#options.clock.now() - socket.openedAtMs > this.#options.maxAgeMs;
  }

  #open(key: string): void {
    const socket = this.#options.open(key, this.#abort.signal);
    const opening: Opening = { key, socket, isTaken: false };
    this.#openings.add(opening);
    void socket.then(
      (opened) => {
        this.#openings.delete(opening);
        this.#retryAtMs.delete(key);
        if (opening.isTaken) return;
        if (this.#abort.signal.aborted) opened.terminate();
        else if (this.#isWanted(key)) this.#addSpare(key, opened);
        else opened.close();
      },
      () => {
        // A user that needs one gets the reason from `acquire`; spares only save time.
        this.#openings.delete(opening);
        this.#retryAtMs.set(key, this.#options.clock.now() + REOPEN_PAUSE_MS);
      },
    );
  }
}

function count(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const sum = (counts.get(key) ?? 0) + by;
  if (sum > 0) counts.set(key, sum);
  else counts.delete(key);
}

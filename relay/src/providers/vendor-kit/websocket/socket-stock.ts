import { ParleyError } from '@parley/shared';
import type { Clock } from '../../../base/lib/clock.ts';
import { SpareDemand } from './spare-demand.ts';
import type { VendorSocket } from './vendor-socket.ts';

/** What a stock does with its sockets. */
export type StockedSocket = Pick<
  VendorSocket,
  'isOpen' | 'openedAtMs' | 'listen' | 'isAlive' | 'close' | 'terminate' | 'fail' | 'failure'
>;

export interface SocketStockOptions<Socket extends StockedSocket> {
  /**
   * Opens a socket that is ready for its first use, e.g. has had its session configured.
   *
   * @param isAhead - no user waits for it
   */
  open(signal: AbortSignal, isAhead: boolean): Promise<Socket>;
  /** Sent on a socket that is not in use, so that the vendor does not close it. */
  readonly keepAlive?: { readonly everyMs: number; send(socket: Socket): void } | undefined;
  /** A socket older than this is not handed out any more: vendors end sessions after a time. */
  readonly maxAgeMs: number;
  /** Whether a socket is given back as a rule, or lasts for one use. */
  readonly isReused: boolean;
  readonly clock: Clock;
}

/** The exclusive use of a socket. Exactly one of its two ends must be called. */
export interface SocketLease<Socket extends StockedSocket = VendorSocket> {
  readonly socket: Socket;
  /** The socket is as good as new: the next user may have it. */
  giveBack(): void;
  /** The socket cannot be used again, or may hold something of this use. */
  discard(): void;
}

const REOPEN_PAUSE_MS = 5_000;
/** How often a spare is pinged: also the longest that a silently lost connection stays unnoticed. */
const PING_INTERVAL_MS = 5_000;
const PING_DEADLINE_MS = 2_000;
/** Share of the spares too many that goes at once: closing a thousand would hold up everything. */
const CLOSING_SHARE = 0.1;

interface Spare<Socket> {
  readonly socket: Socket;
  keptAliveAtMs: number;
  pingedAtMs: number;
}

interface Opening {
  /** Opened before it was needed: if it fails, a user who waits gets a try of its own. */
  readonly isAhead: boolean;
  readonly abort: AbortController;
  readonly over: Promise<void>;
}

type Waiter<Socket extends StockedSocket> = PromiseWithResolvers<SocketLease<Socket>>;

/**
 * Sockets that are alike, to be used one user at a time: in use, spare, or being opened. A socket
 * that becomes free goes to the user who waited longest, else to the spares if there is demand.
 */
export class SocketStock<Socket extends StockedSocket = VendorSocket> {
  readonly #options: SocketStockOptions<Socket>;
  readonly #demand: SpareDemand;
  /** The one that was put here first is taken first, so that all are used in turn. */
  readonly #spares = new Set<Spare<Socket>>();
  readonly #openings = new Set<Opening>();
  readonly #waiters = new Set<Waiter<Socket>>();
  #leases = 0;
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #isDisposed = false;

  constructor(options: SocketStockOptions<Socket>) {
    this.#options = options;
    this.#demand = new SpareDemand(options.isReused);
  }

  get spares(): number {
    return this.#spares.size;
  }

  /** Whether time alone changes something here: without a call it keeps no spares. */
  get needsMaintenance(): boolean {
    return this.#demand.calls > 0;
  }

  callBegan(): void {
    this.#demand.callBegan(this.#options.clock.now());
    this.#fill();
  }

  callEnded(): void {
    this.#demand.callEnded();
    this.maintain();
  }

  /** @throws what `open` throws; the signal's reason when aborted */
  async acquire(signal: AbortSignal): Promise<SocketLease<Socket>> {
    this.#demand.useBegan(this.#options.clock.now(), this.#inUse + 1);
    const spare = this.#takeSpare();
    const lease = spare === undefined ? await this.#wait(signal) : this.#lease(spare);
    this.#fill();
    if (!signal.aborted) return lease;
    lease.giveBack();
    throw signal.reason;
  }

  /** Called about once a second. Lets go of what is old or unwanted, keeps the rest alive. */
  maintain(): void {
    if (this.#isDisposed) return;
    for (const spare of this.#spares) this.#maintainSpare(spare);
    this.#closeSurplus();
    this.#dropSurplusOpenings();
    this.#fill();
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    const reason = new ParleyError('draining');
    for (const { socket } of this.#spares) socket.terminate();
    this.#spares.clear();
    for (const waiter of this.#waiters) waiter.reject(reason);
    this.#waiters.clear();
    const openings = [...this.#openings];
    for (const { abort } of openings) abort.abort(reason);
    await Promise.all(openings.map(({ over }) => over));
  }

  /** The users with a socket, and the users that wait for one. */
  get #inUse(): number {
    return this.#leases + this.#waiters.size;
  }

  #lease(socket: Socket): SocketLease<Socket> {
    this.#leases += 1;
    socket.listen({});
    let held = true;
    const end = (action: () => void) => {
      if (!held) return;
      held = false;
      this.#demand.useEnded(this.#options.clock.now(), this.#inUse);
      this.#leases -= 1;
      action();
      this.#dropSurplusOpenings();
      this.#fill();
    };
    return {
      socket,
      giveBack: () => end(() => this.#offer(socket)),
      discard: () => end(() => socket.terminate()),
    };
  }

  #takeSpare(): Socket | undefined {
    for (const spare of this.#spares) {
      const { socket } = spare;
      this.#spares.delete(spare);
      if (socket.isOpen && !this.#isOld(socket)) {
        // Waiting for the answer would cost a round trip; if none comes, its user's `closed` is called.
        this.#checkAlive(socket);
        return socket;
      }
      socket.close();
    }
    return undefined;
  }

  async #wait(signal: AbortSignal): Promise<SocketLease<Socket>> {
    const waiter: Waiter<Socket> = Promise.withResolvers();
    this.#waiters.add(waiter);
    const onAbort = () => {
      if (!this.#waiters.delete(waiter)) return;
      waiter.reject(signal.reason);
      this.#dropSurplusOpenings();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#openForWaiters();
    try {
      return await waiter.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #nextWaiter(): Waiter<Socket> | undefined {
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter);
      return waiter;
    }
    return undefined;
  }

  /** A socket is free. */
  #offer(socket: Socket): void {
    if (this.#isDisposed || !socket.isOpen || this.#isOld(socket)) return socket.close();
    const waiter = this.#nextWaiter();
    if (waiter !== undefined) return waiter.resolve(this.#lease(socket));
    const nowMs = this.#options.clock.now();
    if (this.#spares.size >= this.#demand.toKeep(nowMs, this.#inUse)) return socket.close();
    const spare = { socket, keptAliveAtMs: nowMs, pingedAtMs: nowMs };
    this.#spares.add(spare);
    socket.listen({ closed: () => this.#spares.delete(spare) });
  }

  #openForWaiters(): void {
    while (!this.#isDisposed && this.#openings.size < this.#waiters.size) this.#open(false);
  }

  /** Opens what is worth having ready. */
  #fill(): void {
    if (this.#isDisposed) return;
    const nowMs = this.#options.clock.now();
    if (nowMs < this.#retryAtMs) return;
    const ready = () => this.#spares.size + this.#openings.size - this.#waiters.size;
    const wanted = this.#demand.toOpen(nowMs, this.#inUse);
    while (ready() < wanted) this.#open(true);
  }

  #open(isAhead: boolean): void {
    const abort = new AbortController();
    const over = this.#options.open(abort.signal, isAhead).then(
      (socket) => {
        this.#openings.delete(opening);
        if (isAhead) this.#retryAtMs = Number.NEGATIVE_INFINITY;
        this.#offer(socket);
      },
      (error: unknown) => {
        this.#openings.delete(opening);
        if (!abort.signal.aborted) this.#openingFailed(isAhead, error);
      },
    );
    const opening: Opening = { isAhead, abort, over };
    this.#openings.add(opening);
  }

  #openingFailed(isAhead: boolean, error: unknown): void {
    if (isAhead) this.#retryAtMs = this.#options.clock.now() + REOPEN_PAUSE_MS;
    // As many are being opened as are waited for: one that waits is not served by this failure.
    else if (this.#waiters.size > this.#openings.size) this.#nextWaiter()?.reject(error);
    this.#openForWaiters();
  }

  /** A waiting user left, or was served by a socket that was given back. */
  #dropSurplusOpenings(): void {
    if (this.#openings.size === 0) return;
    const nowMs = this.#options.clock.now();
    const missing = this.#demand.toKeep(nowMs, this.#inUse) - this.#spares.size;
    let surplus = this.#openings.size - this.#waiters.size - Math.max(0, missing);
    for (const opening of [...this.#openings].toReversed()) {
      if (surplus <= 0) return;
      surplus -= 1;
      this.#openings.delete(opening);
      opening.abort.abort(new ParleyError('draining'));
    }
  }

  #closeSurplus(): void {
    const surplus = this.#spares.size - this.#demand.toKeep(this.#options.clock.now(), this.#inUse);
    const isWanted = this.#demand.calls > 0;
    let closing = isWanted ? Math.ceil(surplus * CLOSING_SHARE) : surplus;
    for (const spare of this.#spares) {
      if (closing <= 0) return;
      closing -= 1;
      this.#letGo(spare);
    }
  }

  #maintainSpare(spare: Spare<Socket>): void {
    const { clock, keepAlive } = this.#options;
    const nowMs = clock.now();
    const { socket } = spare;
    if (!socket.isOpen || this.#isOld(socket)) return this.#letGo(spare);
    if (keepAlive !== undefined && nowMs - spare.keptAliveAtMs >= keepAlive.everyMs) {
      spare.keptAliveAtMs = nowMs;
      keepAlive.send(socket);
    }
    if (nowMs - spare.pingedAtMs >= PING_INTERVAL_MS) {
      spare.pingedAtMs = nowMs;
      this.#checkAlive(socket);
    }
  }

  #letGo(spare: Spare<Socket>): void {
    this.#spares.delete(spare);
    spare.socket.close();
  }

  #checkAlive(socket: Socket): void {
    void socket.isAlive(PING_DEADLINE_MS).then((alive) => {
      if (!alive) socket.fail(socket.failure('timeout'));
    });
  }

  #isOld(socket: Socket): boolean {
    return this.#options.clock.now() - socket.openedAtMs > this.#options.maxAgeMs;
  }
}

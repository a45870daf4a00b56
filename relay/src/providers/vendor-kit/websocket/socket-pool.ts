import { ParleyError } from '@parley/shared';
import { aheadOfNeed, outsideBoundaries, presentTrace } from '../../../base/lib/error-boundary.ts';
import { SocketStock, type SocketLease, type SocketStockOptions } from './socket-stock.ts';
import type { VendorSocket } from './vendor-socket.ts';

export type { SocketLease } from './socket-stock.ts';

export interface SocketPoolOptions extends Omit<
  SocketStockOptions<VendorSocket>,
  'open' | 'isReused'
> {
  /** Opens a socket that is ready for its first use, e.g. has had its session configured. */
  open(key: string, signal: AbortSignal): Promise<VendorSocket>;
  /** True if a socket is given back as a rule; otherwise it lasts for one use. */
  readonly isReused?: boolean;
}

/** How often spares are maintained. */
const MAINTENANCE_INTERVAL_MS = 1_000;

/**
 * Upstream sockets, each for the length of one use, shared by all calls.
 *
 * A socket that is given back serves the next use of any call. While calls run (`reserve`), spares
 * are kept for recent demand (`SpareDemand`); they are kept alive, pinged and renewed when they grow
 * old. Without calls there are none.
 */
export class SocketPool implements AsyncDisposable {
  readonly #options: SocketPoolOptions;
  readonly #stocks = new Map<string, SocketStock>();
  readonly #calls = new Set<{ readonly traceparent: string | undefined }>();
  #isDisposed = false;
  #cancelMaintenance: (() => void) | undefined;

  constructor(options: SocketPoolOptions) {
    this.#options = options;
  }

  get spares(): number {
    return [...this.#stocks.values()].reduce((sum, { spares }) => sum + spares, 0);
  }

  /**
   * A call has begun that will need sockets of this key. Sockets opened ahead, now or later, carry
   * the trace of the latest call that is still here, see `aheadOfNeed`.
   *
   * @returns its end
   */
  reserve(key: string): () => void {
    if (this.#isDisposed) return () => {};
    const stock = this.#stockOf(key);
    const call = { traceparent: presentTrace() };
    this.#calls.add(call);
    stock.callBegan();
    this.#maintainLater();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#calls.delete(call);
      stock.callEnded();
      this.#maintainLater();
    };
  }

  /**
   * A spare if there is one, else the next socket that is opened or given back. A spare whose
   * connection turns out to be lost fails with `timeout` soon after.
   *
   * @throws what `open` throws; the signal's reason when aborted
   */
  async acquire(key: string, signal: AbortSignal): Promise<SocketLease> {
    signal.throwIfAborted();
    if (this.#isDisposed) throw new ParleyError('draining');
    return this.#stockOf(key).acquire(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#cancelMaintenance?.();
    await Promise.all([...this.#stocks.values()].map((stock) => stock.dispose()));
  }

  #stockOf(key: string): SocketStock {
    const known = this.#stocks.get(key);
    if (known !== undefined) return known;
    const { open, keepAlive, maxAgeMs, isReused = false, clock } = this.#options;
    const stock = new SocketStock({
      open: (signal, isAhead) => (isAhead ? this.#openAhead(key, signal) : open(key, signal)),
      keepAlive,
      maxAgeMs,
      isReused,
      clock,
    });
    this.#stocks.set(key, stock);
    return stock;
  }

  #openAhead(key: string, signal: AbortSignal): Promise<VendorSocket> {
    const latest = [...this.#calls].at(-1);
    return aheadOfNeed(latest?.traceparent, () => this.#options.open(key, signal));
  }

  /** Goes on for as long as there are calls. */
  #maintainLater(): void {
    const stocks = [...this.#stocks.values()];
    const isNeeded = !this.#isDisposed && stocks.some((stock) => stock.needsMaintenance);
    if (!isNeeded) return this.#cancelMaintenance?.();
    if (this.#cancelMaintenance !== undefined) return;
    const maintain = () => {
      this.#cancelMaintenance = undefined;
      for (const stock of this.#stocks.values()) stock.maintain();
      this.#maintainLater();
    };
    const { clock } = this.#options;
    const cancel = outsideBoundaries(() => clock.after(MAINTENANCE_INTERVAL_MS, maintain));
    this.#cancelMaintenance = () => {
      this.#cancelMaintenance = undefined;
      cancel();
    };
  }
}

import { sleep, type Clock } from '../../lib/clock.ts';
import type { VendorSocket } from './vendor-socket.ts';

export interface SocketPoolOptions {
  /** Opens a socket that is ready for its first use, e.g. has had its session configured. */
  open(key: string, signal: AbortSignal): Promise<VendorSocket>;
  /** Said to a socket nobody uses, so that the vendor does not hang up. */
  readonly keepAlive?: { readonly everyMs: number; say(socket: VendorSocket): void };
  /** Spares kept at most, over all keys. */
  readonly maxSpares: number;
  /** A socket older than this is not handed out any more: vendors end sessions after a time. */
  readonly maxAgeMs: number;
  readonly clock: Clock;
}

/** The exclusive use of a socket. Exactly one of its two ends must be called. */
export interface SocketLease {
  readonly socket: VendorSocket;
  /** It is as good as new: the next one may have it. */
  giveBack(): void;
  /** It cannot be used again, or may hold something of this use. */
  discard(): void;
}

/** How often spares are looked after. */
const CARE_INTERVAL_MS = 1_000;
const REOPEN_PAUSE_MS = 5_000;

interface Spare {
  readonly key: string;
  readonly socket: VendorSocket;
  saidAtMs: number;
}

/**
 * Upstream sockets that are open before they are needed.
 *
 * While a call runs (`reserve`), one spare per call is kept for its key, up to `maxSpares` in all;
 * they are kept alive, renewed when they grow old and closed when no call is left.
 */
export class SocketPool implements AsyncDisposable {
  readonly #options: SocketPoolOptions;
  readonly #spares: Spare[] = [];
  readonly #reserved = new Map<string, number>();
  readonly #opening = new Map<string, number>();
  readonly #retryAtMs = new Map<string, number>();
  readonly #abort = new AbortController();
  #caring = false;

  constructor(options: SocketPoolOptions) {
    this.#options = options;
  }

  get spares(): number {
    return this.#spares.length;
  }

  /** A call has begun that will need sockets of this key. @returns its end */
  reserve(key: string): () => void {
    this.#reserved.set(key, (this.#reserved.get(key) ?? 0) + 1);
    this.#care();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const count = this.#reserved.get(key)! - 1;
      if (count > 0) this.#reserved.set(key, count);
      else this.#reserved.delete(key);
      this.#tend();
    };
  }

  /** A spare where there is one, else a new one. @throws whatever `open` throws */
  async acquire(key: string, signal: AbortSignal): Promise<SocketLease> {
    signal.throwIfAborted();
    this.#tend();
    const index = this.#spares.findIndex((spare) => spare.key === key);
    const spare = index < 0 ? undefined : this.#spares.splice(index, 1)[0]!;
    const socket = spare?.socket ?? (await this.#options.open(key, signal));
    if (spare !== undefined) socket.listen({});
    let held = true;
    const end = (keep: boolean) => {
      if (!held) return;
      held = false;
      if (keep && socket.isOpen && this.#isWanted(key) && !this.#isOld(socket)) {
        this.#addSpare(key, socket);
      } else socket.close();
      this.#tend();
    };
    return { socket, giveBack: () => end(true), discard: () => end(false) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    this.#reserved.clear();
    for (const { socket } of this.#spares.splice(0)) socket.close();
  }

  #addSpare(key: string, socket: VendorSocket): void {
    const spare = { key, socket, saidAtMs: this.#options.clock.now() };
    this.#spares.push(spare);
    socket.listen({
      closed: () => {
        const index = this.#spares.indexOf(spare);
        if (index >= 0) this.#spares.splice(index, 1);
      },
    });
  }

  #care(): void {
    this.#tend();
    if (this.#caring) return;
    this.#caring = true;
    void this.#careOn().finally(() => {
      this.#caring = false;
    });
  }

  async #careOn(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted && (this.#reserved.size > 0 || this.#spares.length > 0)) {
      await sleep(this.#options.clock, CARE_INTERVAL_MS, signal);
      this.#tend();
    }
  }

  /** Lets go of what is old or unwanted, opens what is missing, keeps the rest alive. */
  #tend(): void {
    const { clock, keepAlive } = this.#options;
    const nowMs = clock.now();
    for (const spare of [...this.#spares]) {
      const isUseless =
        !spare.socket.isOpen || this.#isOld(spare.socket) || !this.#reserved.has(spare.key);
      if (isUseless) {
        this.#spares.splice(this.#spares.indexOf(spare), 1);
        spare.socket.close();
      } else if (keepAlive !== undefined && nowMs - spare.saidAtMs >= keepAlive.everyMs) {
        spare.saidAtMs = nowMs;
        keepAlive.say(spare.socket);
      }
    }
    for (const key of this.#reserved.keys())
      while (this.#isWanted(key) && this.#mayOpen(key)) this.#open(key);
  }

  /** Whether there are fewer spares of this key than calls, and room for one more. */
  #isWanted(key: string): boolean {
    const opening = [...this.#opening.values()].reduce((sum, count) => sum + count, 0);
    const spares = this.#spares.filter((spare) => spare.key === key).length;
    return (
      !this.#abort.signal.aborted &&
      spares + (this.#opening.get(key) ?? 0) < (this.#reserved.get(key) ?? 0) &&
      this.#spares.length + opening < this.#options.maxSpares
    );
  }

  #mayOpen(key: string): boolean {
    return (this.#retryAtMs.get(key) ?? 0) <= this.#options.clock.now();
  }

  #isOld(socket: VendorSocket): boolean {
    return this.#options.clock.now() - socket.openedAtMs > this.#options.maxAgeMs;
  }

  #open(key: string): void {
    this.#opening.set(key, (this.#opening.get(key) ?? 0) + 1);
    void this.#options
      .open(key, this.#abort.signal)
      .then(
        (socket) => {
          if (this.#abort.signal.aborted || !this.#reserved.has(key)) socket.close();
          else this.#addSpare(key, socket);
          this.#retryAtMs.delete(key);
        },
        () => {
          // Who needs one will be told why there is none; this is only about being early.
          this.#retryAtMs.set(key, this.#options.clock.now() + REOPEN_PAUSE_MS);
        },
      )
      .finally(() => {
        this.#opening.set(key, this.#opening.get(key)! - 1);
      });
  }
}

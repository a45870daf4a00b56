import { ParleyError } from '@parley/shared';
import { afterDeadline } from './deadline.ts';
import { isOutOfDescriptors } from './descriptors.ts';
import { outsideBoundaries } from './error-boundary.ts';
import { WorkerPoolMember, type MemberOptions, type PoolableWorker } from './worker-pool-member.ts';

// tinypool and piscina hand out tasks, each to any thread that is free. Recognition is a
// conversation with one thread that keeps its state from the first sample to the last, so it is
// threads that are handed out here.

export interface WorkerPoolOptions extends MemberOptions {
  /**
   * Starts a worker, which posts `WORKER_READY` once it can take requests, then one answer to each
   * request, in order. An error that it throws ends it.
   */
  readonly spawn: () => PoolableWorker;
  readonly maxWorkers: number;
  /** The longest wait for a free worker. */
  readonly waitMs: number;
  /** A worker ends that was not used for this long, or up to twice as long; if absent, none does. */
  readonly idleMs?: number;
}

/** The exclusive use of one worker. */
export interface WorkerLease<Request, Answer> {
  /**
   * @param transfer buffers to hand over rather than copy
   * @throws ParleyError with the pool's `failure` if the worker dies before it answers
   */
  request(message: Request, transfer?: readonly ArrayBuffer[]): Promise<Answer>;
  /** Gives the worker back. It is leased again only after it has answered everything. */
  release(): void;
}

interface Waiter<Request, Answer> {
  readonly resolve: (lease: WorkerLease<Request, Answer>) => void;
  readonly reject: (error: unknown) => void;
}

/** Worker threads for exclusive, stateful use; started on demand, never more than `maxWorkers`. */
export class WorkerPool<Request, Answer> implements AsyncDisposable {
  readonly #options: WorkerPoolOptions;
  readonly #members = new Set<WorkerPoolMember>();
  /** First come, first served. */
  readonly #waiters = new Set<Waiter<Request, Answer>>();
  /** Workers that a caller has had since the last look for idle ones. */
  readonly #used = new Set<WorkerPoolMember>();
  #cancelLook: (() => void) | undefined;
  #prepared = 0;
  #hasFailedToStart = false;
  #disposed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** Requests that wait for a worker. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Resolves once `count` workers, at most `maxWorkers`, are up. @throws as `acquire` */
  async warm(count: number): Promise<void> {
    const wanted = Array.from({ length: Math.min(count, this.#options.maxWorkers) });
    const leases = await Promise.all(wanted.map(() => this.acquire()));
    for (const lease of leases) lease.release();
  }

  /** Keeps one worker up until the returned function is called, once. */
  prepare(): () => void {
    this.#prepared += 1;
    this.#grow();
    return () => {
      this.#prepared -= 1;
      this.#endIdleLater();
    };
  }

  /**
   * Waits at most `waitMs` for a worker, longer only while one is still starting.
   *
   * @param since - the wait counts from when it settles; from now on if absent
   * @throws ParleyError `capacity_exhausted` if none became free in time, the pool's `failure` if
   *   one could not be started. Rejects with the signal's reason when aborted.
   */
  async acquire(
    signal?: AbortSignal,
    since?: Promise<unknown>,
  ): Promise<WorkerLease<Request, Answer>> {
    signal?.throwIfAborted();
    if (this.#disposed)
      throw new ParleyError(this.#options.failure, { cause: new Error('The pool is closed.') });
    const idle = [...this.#members].find((member) => member.isIdle);
    if (idle !== undefined && this.#waiters.size === 0) return this.#lease(idle);

    const { promise, resolve, reject } = Promise.withResolvers<WorkerLease<Request, Answer>>();
    const waiter = { resolve, reject };
    const giveUp = (reason: unknown): void => {
      // At once, not when the rejection arrives: a worker that came free in between would be
      // leased to a waiter that is gone.
      this.#waiters.delete(waiter);
      reject(reason);
    };
    const onAbort = (): void => giveUp(signal?.reason);
    const expire = (): void => {
      // A worker on its way up, which has a deadline of its own, is not a full house.
      if ([...this.#members].some((member) => member.isStarting)) cancelWait = wait();
      else giveUp(new ParleyError('capacity_exhausted'));
    };
    const { clock, waitMs } = this.#options;
    const wait = () => afterDeadline(clock, waitMs, expire);
    let cancelWait = since === undefined ? wait() : () => {};
    void since?.then(() => {
      if (this.#waiters.has(waiter)) cancelWait = wait();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#waiters.add(waiter);
    this.#grow();
    try {
      return await promise;
    } finally {
      cancelWait();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /**
   * Proves that a worker answers: one that is free, or a new one if the last could not be started.
   * Nothing else is started for it, because a worker takes memory. While all are at work or
   * starting, none is taken from the callers who wait, and none need be: owed answers have a
   * deadline of their own.
   *
   * @throws ParleyError the pool's `failure`. Rejects with the signal's reason when aborted.
   */
  async probe(message: Request, signal: AbortSignal): Promise<void> {
    const free = [...this.#members].find((member) => member.isIdle);
    if (free === undefined && (this.#members.size > 0 || !this.#hasFailedToStart)) return;
    const lease = free === undefined ? await this.acquire(signal) : this.#lease(free, false);
    try {
      await lease.request(message);
    } finally {
      lease.release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#cancelLook?.();
    const closed = new Error('The pool is closed.');
    for (const waiter of this.#waiters)
      waiter.reject(new ParleyError(this.#options.failure, { cause: closed }));
    this.#waiters.clear();
    await Promise.all([...this.#members].map((member) => member.terminate(closed)));
  }

  #lease(member: WorkerPoolMember, isForCaller = true): WorkerLease<Request, Answer> {
    if (isForCaller) this.#used.add(member);
    member.lease();
    let held = true;
    return {
      request: (message, transfer = []) => {
        // A lease given back must not speak to a worker that has another holder by now.
        if (!held) return Promise.reject(new Error('A released worker was asked for something.'));
        return member.request(message, transfer) as Promise<Answer>;
      },
      release: () => {
        if (!held) return;
        held = false;
        member.release();
      },
    };
  }

  /** Workers that are up even if none is waited for. */
  get #kept(): number {
    return Math.min(this.#prepared, 1);
  }

  #endIdleLater(): void {
    const { idleMs, clock } = this.#options;
    if (idleMs === undefined || this.#disposed || this.#members.size <= this.#kept) return;
    this.#cancelLook ??= clock.after(idleMs, () => {
      this.#cancelLook = undefined;
      for (const member of [...this.#members].toReversed()) {
        if (this.#members.size <= this.#kept) break;
        if (member.isIdle && !this.#used.has(member)) member.die(new Error('It was idle.'));
      }
      this.#used.clear();
      this.#endIdleLater();
    });
  }

  /** Starts as many workers as are waited for or meant to be kept, and fit. */
  #grow(): void {
    if (this.#disposed) return;
    const starting = [...this.#members].filter((member) => member.isStarting).length;
    const wanted = Math.max(this.#waiters.size - starting, this.#kept - this.#members.size);
    const room = this.#options.maxWorkers - this.#members.size;
    for (let count = Math.min(wanted, room); count > 0; count -= 1) {
      try {
        this.#members.add(
          new WorkerPoolMember(outsideBoundaries(this.#options.spawn), this.#options, {
            idle: (member) => this.#onIdle(member),
            died: (member, cause, started) => this.#onDeath(member, cause, started),
          }),
        );
      } catch (cause) {
        // Later, because the caller that waits for it may only be about to look.
        queueMicrotask(() => this.#cannotStart(cause));
      }
    }
  }

  #onIdle(member: WorkerPoolMember): void {
    this.#hasFailedToStart = false;
    this.#endIdleLater();
    const [waiter] = this.#waiters;
    if (waiter !== undefined) {
      this.#waiters.delete(waiter);
      waiter.resolve(this.#lease(member));
    }
  }

  #onDeath(member: WorkerPoolMember, cause: unknown, started: boolean): void {
    this.#members.delete(member);
    this.#used.delete(member);
    if (this.#disposed) return;
    if (started) {
      this.#grow();
      return;
    }
    this.#cannotStart(cause);
  }

  /** It would fail again at once: the next caller may retry. */
  #cannotStart(cause: unknown): void {
    this.#hasFailedToStart = true;
    const [waiter] = this.#waiters;
    if (waiter === undefined) return;
    this.#waiters.delete(waiter);
    const code = isOutOfDescriptors() ? 'capacity_exhausted' : this.#options.failure;
    waiter.reject(new ParleyError(code, { cause }));
  }
}

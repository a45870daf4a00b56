import { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/lib/clock.ts';
import { withDeadline } from '../../base/lib/deadline.ts';
import type { DatabaseOptions, DatabaseService } from './database-service.ts';

/** What can be asked of the thread. */
export type DatabaseMethod = keyof DatabaseService;

export interface DatabaseRequest {
  readonly id: number;
  readonly method: DatabaseMethod;
  readonly args: readonly unknown[];
}

export type DatabaseAnswer =
  | { readonly id: number; readonly value: unknown }
  /** Without data; whether the database works, and only this request failed. */
  | { readonly id: number; readonly error: string; readonly isQueryFault: boolean };

/** Requests of people that may wait for the database; what comes beyond them is refused. */
const MAX_WAITING = 64;
/** What the relay asks for itself, one at a time: however many people ask, records are written. */
const OWN_METHODS: ReadonlySet<DatabaseMethod> = new Set([
  'open',
  'endLostSessions',
  'write',
  'close',
]);

/** One request was refused or failed: it says nothing about the database. Without data. */
export class RequestFailed extends Error {}

/**
 * The thread that everything about the database runs in, drivers included: no query, no parsing and
 * no loading of a library holds up a call. A thread that ends is started anew with the next request.
 */
export class DatabaseThread {
  readonly #options: DatabaseOptions;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #worker: Worker | undefined;
  #nextId = 0;

  constructor(options: DatabaseOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /**
   * @throws RequestFailed if only this request failed
   * @throws Error without data: the database's, or that no answer came in time
   */
  async ask<M extends DatabaseMethod>(
    method: M,
    deadlineMs: number,
    ...args: Parameters<DatabaseService[M]>
  ): Promise<Awaited<ReturnType<DatabaseService[M]>>> {
    if (this.#waiting.size >= MAX_WAITING && !OWN_METHODS.has(method)) {
      throw new RequestFailed('Too much waits for the database.');
    }
    const worker = (this.#worker ??= this.#start());
    const id = this.#nextId++;
    const answered = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answered);
    try {
      worker.postMessage({ id, method, args } satisfies DatabaseRequest, []);
      const late = () => new Error('The database gave no answer in time.');
      const answer = await withDeadline(answered.promise, deadlineMs, this.#clock, late);
      return answer as Awaited<ReturnType<DatabaseService[M]>>;
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Ends the thread without waiting for what it does; a database survives that. */
  async terminate(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('storage.worker.ts', import.meta.url), {
      workerData: this.#options,
    });
    worker.on('message', (answer: DatabaseAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      if (!('error' in answer)) waiting?.resolve(answer.value);
      else if (answer.isQueryFault) waiting?.reject(new RequestFailed(answer.error));
      else waiting?.reject(new Error(answer.error));
    });
    const ended = (error: Error) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      for (const waiting of this.#waiting.values()) waiting.reject(error);
    };
    worker.on('error', (error) => ended(error as Error));
    worker.on('exit', (code) => ended(new Error(`The database's thread ended with ${code}.`)));
    // The process may end without it.
    worker.unref();
    return worker;
  }
}

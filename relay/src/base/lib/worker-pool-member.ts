import { ParleyError, type ErrorCode } from '@parley/shared';
import type { Clock } from './clock.ts';
import { afterDeadline } from './deadline.ts';

/** As much of `node:worker_threads` as a pool uses; tests script it. */
export interface PoolableWorker {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): Promise<number>;
}

/** What a pooled worker posts first, once it can take requests. */
export const WORKER_READY = 'ready';

export interface MemberOptions {
  /** The longest a worker may take to be ready. */
  readonly startMs: number;
  /** The longest a worker may owe an answer. */
  readonly answerMs: number;
  /** The error that the holder of a lease gets when its worker dies. */
  readonly failure: ErrorCode;
  readonly clock: Clock;
}

/** `draining`: given back while answers were still owed. */
type MemberState = 'starting' | 'idle' | 'leased' | 'draining' | 'dead';

interface Owed {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: ParleyError) => void;
}

export interface MemberEvents {
  /** Ready for a lease: started, or given back and drained. */
  readonly idle: (member: WorkerPoolMember) => void;
  /** `started` distinguishes a worker that died at work from one that never came up. */
  readonly died: (member: WorkerPoolMember, cause: unknown, started: boolean) => void;
}

/**
 * One worker and what it owes. Every request has exactly one answer, in order; a worker that
 * throws, exits, or owes an answer for longer than `answerMs` is terminated.
 */
export class WorkerPoolMember {
  readonly #worker: PoolableWorker;
  readonly #options: MemberOptions;
  readonly #events: MemberEvents;
  readonly #owed: Owed[] = [];
  #state: MemberState = 'starting';
  #cancelDeadline: () => void = () => {};

  constructor(worker: PoolableWorker, options: MemberOptions, events: MemberEvents) {
    this.#worker = worker;
    this.#options = options;
    this.#events = events;
    this.#setDeadline(options.startMs, 'The worker did not start in time.');
    worker.on('message', (message) => this.#receive(message));
    worker.on('error', (error) => this.die(error));
    worker.on('exit', (code) => this.die(new Error(`The worker ended with exit code ${code}.`)));
  }

  get isIdle(): boolean {
    return this.#state === 'idle';
  }

  get isStarting(): boolean {
    return this.#state === 'starting';
  }

  lease(): void {
    if (this.#state !== 'idle') throw new Error(`A ${this.#state} worker was leased.`);
    this.#state = 'leased';
  }

  /** Rejects with `failure` if the worker dies before it answers. */
  request(message: unknown, transfer: readonly ArrayBuffer[]): Promise<unknown> {
    if (this.#state !== 'leased') {
      return Promise.reject(
        new ParleyError(this.#options.failure, { cause: new Error('The worker is gone.') }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#worker.postMessage(message, transfer);
      this.#owed.push({ resolve, reject });
      if (this.#owed.length === 1) this.#awaitAnswer();
    });
  }

  release(): void {
    if (this.#state !== 'leased') return;
    this.#state = 'draining';
    this.#idleOnceDrained();
  }

  /** Ends the worker; the answers that it owes are rejected. */
  die(cause: unknown): void {
    if (this.#state === 'dead') return;
    const started = this.#state !== 'starting';
    this.#state = 'dead';
    this.#cancelDeadline();
    // A worker that is being terminated can do no more harm; its failure to end matters to no caller.
    this.#worker.terminate().catch(() => {});
    for (const { reject } of this.#owed.splice(0))
      reject(new ParleyError(this.#options.failure, { cause }));
    this.#events.died(this, cause, started);
  }

  /** Ends the worker and waits until its thread is gone. */
  async terminate(cause: unknown): Promise<void> {
    this.die(cause);
    await this.#worker.terminate();
  }

  #receive(message: unknown): void {
    switch (this.#state) {
      case 'dead':
      case 'idle':
        return;
      case 'starting':
        if (message !== WORKER_READY) return;
        this.#cancelDeadline();
        this.#state = 'idle';
        this.#events.idle(this);
        return;
      case 'leased':
      case 'draining':
        this.#settle(message);
    }
  }

  #settle(answer: unknown): void {
    this.#cancelDeadline();
    this.#owed.shift()?.resolve(answer);
    if (this.#owed.length > 0) this.#awaitAnswer();
    this.#idleOnceDrained();
  }

  #idleOnceDrained(): void {
    if (this.#state !== 'draining' || this.#owed.length > 0) return;
    this.#state = 'idle';
    this.#events.idle(this);
  }

  #awaitAnswer(): void {
    this.#setDeadline(this.#options.answerMs, 'The worker did not answer in time.');
  }

  #setDeadline(afterMs: number, complaint: string): void {
    const { clock } = this.#options;
    this.#cancelDeadline = afterDeadline(clock, afterMs, () => this.die(new Error(complaint)));
  }
}

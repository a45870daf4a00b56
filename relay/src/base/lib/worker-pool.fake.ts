import { EventEmitter } from 'node:events';
import { ParleyError } from '@parley/shared';
import { FakeClock } from './clock.fake.ts';
import { WORKER_READY, type PoolableWorker } from './worker-pool-member.ts';
import { WorkerPool, type WorkerPoolOptions } from './worker-pool.ts';

/** A worker whose every word is scripted. */
export class ScriptedWorker extends EventEmitter implements PoolableWorker {
  readonly requests: unknown[] = [];
  terminated = false;

  postMessage(message: unknown): void {
    this.requests.push(message);
  }

  terminate(): Promise<number> {
    this.terminated = true;
    return Promise.resolve(1);
  }

  ready(): void {
    this.emit('message', WORKER_READY);
  }

  answer(message: unknown): void {
    this.emit('message', message);
  }
}

export const LIMITS = {
  maxWorkers: 2,
  waitMs: 1_000,
  startMs: 5_000,
  answerMs: 3_000,
  failure: 'transcriber_failed',
} as const;

export function scriptedPool(limits: Partial<WorkerPoolOptions> = {}) {
  const workers: ScriptedWorker[] = [];
  const clock = new FakeClock();
  const pool = new WorkerPool<string, string>({
    ...LIMITS,
    clock,
    spawn: () => {
      const worker = new ScriptedWorker();
      workers.push(worker);
      return worker;
    },
    ...limits,
  });
  return { pool, workers, clock };
}

export async function leaseFirst({ pool, workers }: ReturnType<typeof scriptedPool>) {
  const acquiring = pool.acquire();
  workers[0]!.ready();
  return acquiring;
}

/** Looks at a rejection from the start, so that it is never unhandled while time is moved on. */
export function codeOf(failing: Promise<unknown>): Promise<unknown> {
  return failing.then(
    () => 'nothing went wrong',
    (error: unknown) => (error instanceof ParleyError ? error.code : error),
  );
}

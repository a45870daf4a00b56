import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { serve } from './serve.ts';

const WAKER = new URL('awake.worker.ts', import.meta.url);

const handlers = {
  /**
   * Keeps every processor of the machine awake until this process ends. Its threads end with it,
   * although they never leave their loops.
   */
  async start(): Promise<void> {
    const wakers = Array.from({ length: availableParallelism() }, () => new Worker(WAKER));
    await Promise.all(wakers.map((waker) => once(waker, 'online')));
  },
};
export type AwakeHandlers = typeof handlers;

serve(handlers);

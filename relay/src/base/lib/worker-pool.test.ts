import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { codeOf, leaseFirst, LIMITS, scriptedPool } from './worker-pool.fake.ts';
import { WORKER_READY } from './worker-pool-member.ts';
import { WorkerPool } from './worker-pool.ts';

it('a thread that cannot be started is the pool’s failure', async () => {
  const { pool } = scriptedPool({
    spawn: () => {
      throw new Error('no thread');
    },
  });
  expect(await codeOf(pool.acquire())).toBe('transcriber_failed');
  await pool[Symbol.asyncDispose]();
});

describe('WorkerPool', () => {
  it('starts workers on demand, and no more than it may', () => {
    const { pool, workers } = scriptedPool();
    expect(workers).toHaveLength(0);
    for (let index = 0; index < 3; index += 1) pool.acquire().catch(() => {});
    expect(workers).toHaveLength(2);
  });

  it('matches answers to requests in order', async () => {
    const scene = scriptedPool();
    const lease = await leaseFirst(scene);
    const first = lease.request('one');
    const second = lease.request('two');
    scene.workers[0]!.answer('1');
    scene.workers[0]!.answer('2');
    await expect(Promise.all([first, second])).resolves.toEqual(['1', '2']);
  });

  it('hands a worker that was given back to the one who waited longest', async () => {
    const scene = scriptedPool({ maxWorkers: 1 });
    const lease = await leaseFirst(scene);
    const order: string[] = [];
    const second = scene.pool.acquire().then((next) => {
      order.push('second');
      next.release();
    });
    const third = scene.pool.acquire().then(() => order.push('third'));
    lease.release();
    await Promise.all([second, third]);
    expect(order).toEqual(['second', 'third']);
    expect(scene.workers).toHaveLength(1);
  });

  it('does not lease a worker again before it has answered everything', async () => {
    const scene = scriptedPool({ maxWorkers: 1 });
    const lease = await leaseFirst(scene);
    const owed = lease.request('slow');
    lease.release();
    let leased = false;
    const next = scene.pool.acquire().then(() => (leased = true));
    await Promise.resolve();
    expect(leased).toBe(false);
    scene.workers[0]!.answer('at last');
    await expect(owed).resolves.toBe('at last');
    await next;
  });

  it('refuses a lease that was given back', async () => {
    const scene = scriptedPool();
    const lease = await leaseFirst(scene);
    lease.release();
    lease.release();
    await expect(lease.request('late')).rejects.toThrow('released');
    expect(scene.workers[0]!.requests).toEqual([]);
  });

  it('says so when no worker comes free in time', async () => {
    const scene = scriptedPool({ maxWorkers: 1 });
    await leaseFirst(scene);
    const waiting = scene.pool.acquire();
    const refused = codeOf(waiting);
    await scene.clock.advance(LIMITS.waitMs);
    expect(await refused).toBe('capacity_exhausted');
  });

  it('waits longer for a worker that is still starting', async () => {
    const scene = scriptedPool({ maxWorkers: 1 });
    const waiting = scene.pool.acquire();
    await scene.clock.advance(LIMITS.waitMs * 1.5);
    scene.workers[0]!.ready();
    await expect(waiting).resolves.toBeDefined();
  });

  it('loses no worker to a wait that was aborted in the same moment', async () => {
    const scene = scriptedPool({ maxWorkers: 1 });
    const lease = await leaseFirst(scene);
    const controller = new AbortController();
    const waiting = scene.pool.acquire(controller.signal);
    controller.abort(new Error('hung up'));
    lease.release();
    await expect(waiting).rejects.toThrow('hung up');
    await expect(scene.pool.acquire()).resolves.toBeDefined();
  });

  it('tells the holder of a lease that its worker crashed, and starts another for who waits', async () => {
    const scene = scriptedPool({ maxWorkers: 1 });
    const lease = await leaseFirst(scene);
    const owed = lease.request('boom');
    const waiting = scene.pool.acquire();
    const cause = new Error('out of memory');
    scene.workers[0]!.emit('error', cause);
    await expect(owed).rejects.toMatchObject({ code: 'transcriber_failed', cause });
    await expect(lease.request('again')).rejects.toMatchObject({ code: 'transcriber_failed' });
    expect(scene.workers).toHaveLength(2);
    scene.workers[1]!.ready();
    await expect(waiting).resolves.toBeDefined();
  });

  it('replaces a worker that is stuck, even if it is not leased any more', async () => {
    const scene = scriptedPool({ maxWorkers: 1 });
    const lease = await leaseFirst(scene);
    const owed = codeOf(lease.request('loop'));
    lease.release();
    await scene.clock.advance(LIMITS.answerMs);
    expect(await owed).toBe('transcriber_failed');
    expect(scene.workers[0]!.terminated).toBe(true);
    const next = scene.pool.acquire();
    scene.workers[1]!.ready();
    await expect(next).resolves.toBeDefined();
  });

  it('does not end a worker for the time in which this process read no answer', async () => {
    const scene = scriptedPool();
    const lease = await leaseFirst(scene);
    const owed = lease.request('one');
    scene.clock.stall(2 * LIMITS.answerMs);
    await scene.clock.advance(LIMITS.answerMs - 1);
    scene.workers[0]!.answer('1');
    await expect(owed).resolves.toBe('1');
  });

  it('gives each answer its own time', async () => {
    const scene = scriptedPool();
    const lease = await leaseFirst(scene);
    const first = lease.request('one');
    const second = lease.request('two');
    await scene.clock.advance(LIMITS.answerMs - 1);
    scene.workers[0]!.answer('1');
    await scene.clock.advance(LIMITS.answerMs - 1);
    scene.workers[0]!.answer('2');
    await expect(Promise.all([first, second])).resolves.toEqual(['1', '2']);
  });

  it('warms up as many workers as asked, and reports one that cannot start', async () => {
    const { pool, workers } = scriptedPool();
    const warm = pool.warm(9);
    expect(workers).toHaveLength(2);
    for (const worker of workers) worker.ready();
    await warm;
    const broken = scriptedPool();
    const failing = broken.pool.warm(1);
    const cause = new Error('no such word');
    broken.workers[0]!.emit('error', cause);
    await expect(failing).rejects.toMatchObject({ cause });
    expect(broken.workers).toHaveLength(1);
  });

  it('has one worker up while it is prepared, and ends those that are idle', async () => {
    const { pool, workers, clock } = scriptedPool({ idleMs: 60_000 });
    const ends = [pool.prepare(), pool.prepare()];
    expect(workers).toHaveLength(1);
    workers[0]!.ready();
    workers.shift()!.emit('exit', 1);
    expect(workers).toHaveLength(1);
    workers[0]!.ready();
    const first = await pool.acquire();
    const acquiring = pool.acquire();
    workers[1]!.ready();
    const second = await acquiring;
    await clock.advance(600_000);
    second.release();
    first.release();
    await clock.advance(120_000);
    expect(workers.map(({ terminated }) => terminated)).toEqual([false, true]);
    for (const end of ends) end();
    await clock.advance(120_000);
    expect(workers[0]!.terminated).toBe(true);
    expect(clock.pendingTimers).toBe(0);
    pool.prepare();
    expect(workers).toHaveLength(3);
    await pool[Symbol.asyncDispose]();
  });

  it('ends no worker that callers come back to, though it has none now', async () => {
    const scene = scriptedPool({ idleMs: 60_000 });
    const lease = await leaseFirst(scene);
    lease.release();
    for (let times = 0; times < 5; times += 1) {
      await scene.clock.advance(50_000);
      (await scene.pool.acquire()).release();
    }
    expect(scene.workers).toHaveLength(1);
    expect(scene.workers[0]!.terminated).toBe(false);
  });

  it('does not wait for ever for a worker that never starts', async () => {
    const { pool, workers, clock } = scriptedPool({ waitMs: 60_000 });
    const failed = codeOf(pool.acquire());
    await clock.advance(LIMITS.startMs);
    expect(await failed).toBe('transcriber_failed');
    expect(workers[0]!.terminated).toBe(true);
  });

  it('ends every worker and every wait when it is disposed of', async () => {
    const scene = scriptedPool({ maxWorkers: 1 });
    const lease = await leaseFirst(scene);
    const owed = codeOf(lease.request('work'));
    const waiting = codeOf(scene.pool.acquire());
    await scene.pool[Symbol.asyncDispose]();
    expect(await Promise.all([owed, waiting])).toEqual([
      'transcriber_failed',
      'transcriber_failed',
    ]);
    expect(scene.workers.every((worker) => worker.terminated)).toBe(true);
    await expect(scene.pool.acquire()).rejects.toMatchObject({ code: 'transcriber_failed' });
    expect(scene.clock.pendingTimers).toBe(0);
  });
});

describe('WorkerPool with real threads', () => {
  const ECHO = `
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', (message) => {
      if (message === 'crash') throw new Error('crashed as asked');
      parentPort.postMessage(message);
    });
    parentPort.postMessage('${WORKER_READY}');`;

  it('survives a thread that throws', async () => {
    await using pool = new WorkerPool<string, string>({
      ...LIMITS,
      clock: systemClock,
      waitMs: 30_000,
      startMs: 30_000,
      answerMs: 30_000,
      maxWorkers: 1,
      spawn: () => new Worker(ECHO, { eval: true }),
    });
    const lease = await pool.acquire();
    await expect(lease.request('hello')).resolves.toBe('hello');
    await expect(lease.request('crash')).rejects.toMatchObject({ code: 'transcriber_failed' });
    lease.release();
    const next = await pool.acquire();
    await expect(next.request('still here')).resolves.toBe('still here');
  });
});

import { describe, expect, it } from 'vitest';
import { settle } from './clock.fake.ts';
import { codeOf, leaseFirst, LIMITS, scriptedPool } from './worker-pool.fake.ts';

describe('a pool of workers', () => {
  it('is proved by the answer of a free worker, and starts none to prove itself', async () => {
    const scene = scriptedPool();
    const { signal } = new AbortController();
    await scene.pool.probe('are you there', signal);
    expect(scene.workers).toHaveLength(0);
    (await leaseFirst(scene)).release();
    const proved = scene.pool.probe('are you there', signal);
    await settle();
    scene.workers[0]!.answer('yes');
    await proved;
    expect(scene.workers[0]!.requests).toEqual(['are you there']);
    expect(scene.workers).toHaveLength(1);
  });

  it('is proved by a new worker if the last could not start', async () => {
    const { pool, workers } = scriptedPool();
    const { signal } = new AbortController();
    const failed = codeOf(pool.acquire());
    workers[0]!.emit('error', new Error('no memory'));
    expect(await failed).toBe('transcriber_failed');
    const proved = pool.probe('are you there', signal);
    workers[1]!.ready();
    await settle();
    workers[1]!.answer('yes');
    await proved;
    expect(workers).toHaveLength(2);
  });

  it('takes no worker from callers to prove itself', async () => {
    const scene = scriptedPool({ maxWorkers: 1 });
    const starting = scene.pool.acquire();
    await scene.pool.probe('are you there', new AbortController().signal);
    scene.workers[0]!.ready();
    await starting;
    await scene.pool.probe('are you there', new AbortController().signal);
    expect(scene.workers[0]!.requests).toEqual([]);
  });

  it('is not proved by a worker that is stuck, dies or cannot start', async () => {
    const { signal } = new AbortController();
    const stuck = scriptedPool();
    const lease = await leaseFirst(stuck);
    lease.release();
    const owed = codeOf(stuck.pool.probe('are you there', signal));
    await stuck.clock.advance(LIMITS.answerMs);
    expect(await owed).toBe('transcriber_failed');

    const dying = scriptedPool();
    (await leaseFirst(dying)).release();
    const lost = codeOf(dying.pool.probe('are you there', signal));
    await settle();
    dying.workers[0]!.emit('exit', 1);
    expect(await lost).toBe('transcriber_failed');

    const broken = scriptedPool();
    const started = codeOf(broken.pool.acquire());
    broken.workers[0]!.emit('error', new Error('no such word'));
    await started;
    const failed = codeOf(broken.pool.probe('are you there', signal));
    broken.workers[1]!.emit('error', new Error('no such word'));
    expect(await failed).toBe('transcriber_failed');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AsyncQueue } from './async-queue.ts';
import { settle } from './clock.fake.ts';

describe('AsyncQueue', () => {
  it('delivers what it took, in order, however pushing and reading interleave', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean()),
        fc.integer({ min: 1, max: 5 }),
        async (steps, limit) => {
          const queue = new AsyncQueue<number>(limit);
          const read: number[] = [];
          const reading = (async () => {
            for await (const item of queue) read.push(item);
          })();
          const taken: number[] = [];
          for (const [item, isPush] of steps.entries()) {
            if (!isPush) await settle();
            else if (queue.push(item)) taken.push(item);
            expect(queue.size).toBeLessThanOrEqual(limit);
          }
          queue.close();
          await reading;
          expect(read).toEqual(taken);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('takes no more than its limit, and says so', () => {
    const queue = new AsyncQueue<number>(2);
    expect([queue.push(1), queue.push(2), queue.push(3)]).toEqual([true, true, false]);
  });

  it('delivers what waits before it fails', async () => {
    const queue = new AsyncQueue<number>(2);
    queue.push(1);
    queue.fail(new Error('gone'));
    const iterator = queue[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    await expect(iterator.next()).rejects.toThrow('gone');
  });

  it('takes nothing once its reader has left', async () => {
    const queue = new AsyncQueue<number>(5);
    queue.push(1);
    queue.push(2);
    for await (const item of queue) {
      expect(item).toBe(1);
      break;
    }
    expect(queue.push(3)).toBe(false);
    expect(queue.size).toBe(0);
  });

  it('ends once: what comes after the end changes nothing', async () => {
    const queue = new AsyncQueue<number>(5);
    queue.close();
    queue.fail(new Error('too late'));
    expect(queue.push(1)).toBe(false);
    expect(await Array.fromAsync(queue)).toEqual([]);
  });

  it('lets an item take the place of the newest one that waits', async () => {
    const queue = new AsyncQueue<number>(2);
    const isEven = (item: number) => item % 2 === 0;
    expect([queue.push(1), queue.push(2), queue.push(4, isEven)]).toEqual([true, true, true]);
    expect(queue.push(5, (waiting) => !isEven(waiting))).toBe(false);
    queue.close();
    expect(await Array.fromAsync(queue)).toEqual([1, 4]);
  });

  it('drops what waits, and says when its reader has left', async () => {
    let left = 0;
    const queue = new AsyncQueue<number>(2, () => left++);
    queue.push(1);
    const reading = Array.fromAsync(queue);
    await settle();
    queue.push(2);
    expect(left).toBe(0);
    queue.drop();
    expect(await reading).toEqual([1]);
    expect(left).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import { settle } from './clock.fake.ts';
import { readAhead } from './read-ahead.ts';

async function* counting(limit: number, pulled: number[] = []): AsyncGenerator<number> {
  for (let item = 0; item < limit; item += 1) {
    pulled.push(item);
    yield item;
  }
}

/** A source that never answers. */
function silent(onReturn = () => {}): AsyncIterable<number> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => {}),
      return() {
        onReturn();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
}

const never = new AbortController().signal;
const begin = (item: number) => item * 2;

describe('readAhead', () => {
  it.each([
    [0, [0]],
    [1, [0, 1]],
    [2, [0, 1, 2]],
  ])('keeps the order and begins %i items ahead', async (ahead, expected) => {
    const pulled: number[] = [];
    const results = readAhead(counting(5, pulled), { begin, ahead, signal: never });
    expect((await results.next()).value).toBe(0);
    await settle();
    expect(pulled).toEqual(expected);
    expect(await Array.fromAsync(results)).toEqual([2, 4, 6, 8]);
  });

  it('begins nothing ahead while the work on the first item goes on', async () => {
    const begun: number[] = [];
    const first = Promise.withResolvers<void>();
    const results = readAhead(counting(3), {
      begin: async (item) => {
        begun.push(item);
        if (item === 0) await first.promise;
        return item;
      },
      ahead: 2,
      signal: never,
    });
    const next = results.next();
    await settle();
    expect(begun).toEqual([0]);
    first.resolve();
    expect((await next).value).toBe(0);
    await settle();
    expect(begun).toEqual([0, 1, 2]);
    await results.return();
  });

  it('asks the source for one item at a time', async () => {
    let asked = 0;
    let most = 0;
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          asked += 1;
          most = Math.max(most, asked);
          await settle();
          asked -= 1;
          return { done: false, value: 1 };
        },
      }),
    };
    const results = readAhead(source, { begin, ahead: 2, signal: never });
    await results.next();
    await results.next();
    await results.return();
    expect(most).toBe(1);
  });

  it('ends at once when aborted and lets go of the source, though that never answers', async () => {
    const controller = new AbortController();
    let isReleased = false;
    const source = silent(() => (isReleased = true));
    const next = readAhead(source, { begin, ahead: 1, signal: controller.signal }).next();
    controller.abort();
    expect((await next).done).toBe(true);
    expect(isReleased).toBe(true);
  });

  it('begins nothing when it is aborted already', async () => {
    const pulled: number[] = [];
    const signal = AbortSignal.abort();
    expect(
      await Array.fromAsync(readAhead(counting(2, pulled), { begin, ahead: 1, signal })),
    ).toEqual([]);
    expect(pulled).toEqual([]);
  });

  it('delivers what came before a failure of the work, then fails', async () => {
    const results = readAhead(counting(3), {
      begin: (item) => (item === 1 ? Promise.reject(new Error('no voice')) : Promise.resolve(item)),
      ahead: 1,
      signal: never,
    });
    expect((await results.next()).value).toBe(0);
    await expect(results.next()).rejects.toThrow('no voice');
  });

  it('delivers what came before a failure of the source, then fails', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      throw new Error('no more');
    }
    const results = readAhead(failing(), { begin, ahead: 1, signal: never });
    expect((await results.next()).value).toBe(2);
    await settle();
    await expect(results.next()).rejects.toThrow('no more');
  });

  it('closes the source when the reader leaves early', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<number> {
      try {
        yield* counting(3);
      } finally {
        closed = true;
      }
    }
    for await (const _ of readAhead(source(), { begin, ahead: 1, signal: never })) break;
    await settle();
    expect(closed).toBe(true);
  });
});
